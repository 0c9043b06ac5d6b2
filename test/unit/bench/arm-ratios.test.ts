import { describe, expect, it } from "vitest";

import { armTable } from "../../../bench/arm-table.ts";
import { LAUNCH_BASELINE, WARM_BASELINE } from "../../../bench/arms.ts";
import { armFigures } from "../../../bench/figures/arm-figures.ts";
import { ratiosOf, type ArmResult } from "../../../bench/figures/arm-ratios.ts";

const arm = (name: string, wallSeconds: number): ArmResult => ({
  name,
  memoryMiB: 2_048,
  slots: 1,
  figures: armFigures(2_048, [
    { jobs: 10, wallSeconds, cpuSeconds: 4, peakMiB: undefined, unreclaimablePeakMiB: 1, allocations: [], runMs: [] },
  ]),
});
const results = [arm(LAUNCH_BASELINE, 40), arm(WARM_BASELINE, 20), arm("10:1", 5)];
const baselines = { warm: WARM_BASELINE, launch: LAUNCH_BASELINE };

describe("ratiosOf", () => {
  it("divides GB-s per job by each baseline's", () => {
    const { toWarm, toLaunch, toFloor } = ratiosOf("10:1", results, baselines);
    expect(toWarm).toBeCloseTo(0.25);
    expect(toLaunch).toBeCloseTo(0.125);
    expect(toFloor).toBeCloseTo(1 / (0.4 * (1_769 / 1_024)));
  });

  it("is 1 for a baseline to itself", () => {
    expect(ratiosOf(WARM_BASELINE, results, baselines).toWarm).toBe(1);
  });

  it("gives nothing where a baseline didn't run", () => {
    const { toWarm, toLaunch } = ratiosOf("10:1", [arm("10:1", 5)], baselines);
    expect([toWarm, toLaunch]).toEqual([undefined, undefined]);
  });

  it("refuses an arm that there isn't", () => {
    expect(() => ratiosOf("11:1", results, baselines)).toThrow(/no arm "11:1"/u);
  });
});

describe("armTable", () => {
  it("puts the ratios before everything else, and a dash for what wasn't measured", () => {
    const line = armTable(results)
      .split("\n")
      .find((one) => one.includes("10:1"));
    const cells = line?.split("│").map((cell) => cell.trim());
    expect(cells?.slice(1, 8)).toEqual(["10:1", "0.25", "0.13", "1.45", "1.00", "0.400", "0.50"]);
    expect(cells).toContain("–");
  });
});
