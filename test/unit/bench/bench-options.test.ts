import { describe, expect, it } from "vitest";

import { readBenchOptions, UsageError } from "../../../bench/bench-options.ts";

describe("readBenchOptions", () => {
  it("is bounded by default: a whole run in six minutes, a quick one in a minute and a half", () => {
    expect(readBenchOptions([]).maxSeconds).toBeLessThanOrEqual(360);
    expect(readBenchOptions(["--quick"]).maxSeconds).toBeLessThanOrEqual(90);
    expect(readBenchOptions(["--quick"]).rounds).toBe(1);
  });

  it("lets a given figure stand over the quick ones", () => {
    const options = readBenchOptions([
      "--quick",
      "--jobs",
      "30",
      "--rounds",
      "2",
      "--latency-ms",
      "0",
      "--json",
      "a.json",
    ]);
    expect(options).toMatchObject({ jobs: 30, rounds: 2, latencyMs: 0, jsonFile: "a.json" });
  });

  it("takes arms by their names, in the table's order", () => {
    const { arms } = readBenchOptions(["--arm", "10:1", "--arm", "1:1 warm"]);
    expect(arms.map(({ name }) => name)).toEqual(["1:1 warm", "10:1"]);
  });

  it("measures all parts, or those that are named", () => {
    expect(readBenchOptions([]).parts).toEqual(["arms", "allocation", "recipe", "recovery"]);
    expect(readBenchOptions(["--part", "recovery", "--part", "allocation"]).parts).toEqual(["allocation", "recovery"]);
  });

  it.each([
    [["--part", "all"], /--part "all" is none of arms; allocation; recipe; recovery/u],
    [["--arm", "11:1"], /--arm "11:1" is none of 1:1 launch; 1:1 warm/u],
    [["--jobs", "0"], /--jobs must be a whole number from 3/u],
    [["--rounds", "1.5"], /--rounds must be a whole number/u],
    [["--rounds", "-1"], /rounds/u],
    [["--latency-ms", "1e3"], /--latency-ms must be/u],
    [["--job", "3"], /--job/u],
    [["extra"], /extra/u],
  ])("refuses %j by name", (commandLine, message) => {
    expect(() => readBenchOptions(commandLine)).toThrow(UsageError);
    expect(() => readBenchOptions(commandLine)).toThrow(message);
  });
});
