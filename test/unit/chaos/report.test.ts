import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { INVARIANTS } from "../../../chaos/checker/check.ts";
import { FAULTS } from "../../../chaos/faults/registry.ts";
import { figuresOf } from "../../../chaos/figures.ts";
import { readChaosOptions } from "../../../chaos/options.ts";
import { listOf, reportTable, withPart } from "../../../chaos/report.ts";
import { SOUND } from "./sound-history.ts";

describe("the figures of a plan", () => {
  it("count jobs and repetitions, and take the time until the last interrupted job acts from another context", () => {
    expect(figuresOf(SOUND)).toEqual({
      jobs: 2,
      lost: 0,
      duplicated: 0,
      contaminated: 0,
      repeatedPages: 1,
      repeatedResults: 1,
      recoveries: [{ fault: "browser-kill", ms: 9_800 }],
    });
  });

  it("count what is lost, duplicated and contaminated", () => {
    const [result] = SOUND.results;
    if (result === undefined) throw new Error("the sound history has results");
    const visits = SOUND.visits.map((visit) => ({ ...visit, foreign: ["other"] }));
    const results = [result, { ...result, fence: 1 }];
    expect(figuresOf({ ...SOUND, visits, results })).toMatchObject({ lost: 1, duplicated: 1, contaminated: 1 });
  });

  it("have no recovery where an interrupted job never acts again", () => {
    const bad = { ...SOUND, visits: SOUND.visits.slice(0, 2), writes: SOUND.writes.slice(0, 3) };
    expect(figuresOf(bad).recoveries).toEqual([]);
  });
});

describe("the report", () => {
  const hit = { fault: "browser-kill", what: "", hit: true };
  const plan = { seed: 1, number: 0, faults: [hit], figures: figuresOf(SOUND), violations: [], tookMs: 1 };

  it("has a line for each fault that hit something, and one for all", () => {
    const missed = { ...plan, faults: [{ ...hit, fault: "gpu-kill", hit: false }] };
    const lines = reportTable([plan, missed], ["browser-kill", "gpu-kill"]).split("\n");
    expect(lines.slice(2)).toEqual([
      "| browser-kill | 1 | 2 | 0 | 0 | 0 | 0 | 9.8 s | 9.8 s |",
      "| **all** | 2 | 4 | 0 | 0 | 0 | 0 | 9.8 s | 9.8 s |",
    ]);
  });

  it("replaces one part of a page and leaves the rest", () => {
    const page = "a\n<!-- chaos table: begin -->\nold\n<!-- chaos table: end -->\nz\n";
    expect(withPart(page, "table", "new")).toBe(
      "a\n<!-- chaos table: begin -->\n\nnew\n\n<!-- chaos table: end -->\nz\n",
    );
    expect(() => withPart(page, "faults", "new")).toThrow(/has no "<!-- chaos faults: begin -->"/u);
  });

  it("is written to a page that names every fault and every invariant as they are", () => {
    const page = readFileSync("docs/reliability.md", "utf8");
    expect(withPart(page, "faults", listOf(FAULTS))).toBe(page);
    expect(withPart(page, "invariants", listOf(INVARIANTS))).toBe(page);
  });
});

describe("the options", () => {
  const names = ["browser-kill", "gpu-kill"];

  it("default to one plan for each fault", () => {
    expect(readChaosOptions([], names)).toMatchObject({ seed: 1, plans: 2, containers: 2, report: false });
    expect(readChaosOptions(["--fault", "gpu-kill"], names)).toMatchObject({ fault: "gpu-kill", plans: 1 });
  });

  it.each([
    [["--plans", "0"], /--plans must be a whole number from 1 on \(got 0\)/u],
    [["--seed", "x"], /--seed must be a whole number from 0 on \(got x\)/u],
    [["--fault", "nothing"], /--fault must be one of browser-kill, gpu-kill \(got nothing\)/u],
    [["--sead", "1"], /sead/u],
  ])("refuse %j", (args, message) => {
    expect(() => readChaosOptions(args, names)).toThrow(message);
  });
});
