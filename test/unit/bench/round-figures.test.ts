import { describe, expect, it } from "vitest";

import { expectedRows } from "../../../chaos/load/rows.ts";
import { NotResumed, roundFigures } from "../../../bench/recovery/round-figures.ts";
import type { SeenJob, SeenRequest, SeenRound } from "../../../bench/recovery/seen-round.ts";

const PAGES = 5;
const KILLED_AT_MS = 10_000;

const before = (...pages: number[]) => pages.map((page) => request(page, 9_000));
const after = (...pages: number[]) => pages.map((page) => request(page, 11_500));

function request(page: number, connectedAtMs: number): SeenRequest {
  return { page, atMs: connectedAtMs + 100, connectedAtMs };
}

function job(change: Partial<SeenJob> = {}): SeenJob {
  return {
    id: "a",
    requests: [...before(1, 2, 3), ...after(4, 5)],
    restoredAtMs: [11_000],
    result: { kind: "completed", attempt: 1, rows: expectedRows("a", PAGES), recovered: 1, waitedMs: 900 },
    ...change,
  };
}

function round(...jobs: SeenJob[]): SeenRound {
  return { killedAtMs: KILLED_AT_MS, launchMs: 300, jobs };
}

describe("the figures of a round", () => {
  it("count from the kill, and the last job counts for all", () => {
    const figures = roundFigures(round(job(), job({ restoredAtMs: [11_200] })), PAGES);
    expect(figures).toEqual({
      allRestoredMs: 1_200,
      restoredMs: [1_000, 1_200],
      nextRequestMs: [1_600, 1_600],
      waitedMs: [900, 900],
      launchMs: 300,
    });
  });

  it("let the page be asked for again that was under way", () => {
    const again = job({ requests: [...before(1, 2, 3), ...after(3, 4, 5)] });
    expect(roundFigures(round(again), PAGES).restoredMs).toEqual([1_000]);
  });

  it.each([
    ["a page that was done", job({ requests: [...before(1, 2, 3), ...after(2, 3, 4, 5)] }), /asked again for page 2/u],
    ["a page twice", job({ requests: [...before(1, 2, 3), ...after(4, 4, 5)] }), /asked again for page 4/u],
    ["all from the start", job({ requests: [...before(1, 2, 3), ...after(1, 2, 3, 4, 5)] }), /page 1, 2/u],
    ["nothing after the kill", job({ requests: before(1, 2, 3, 4, 5) }), /was over before/u],
    ["two recoveries", job({ restoredAtMs: [11_000, 12_000] }), /2 times by the log/u],
    ["no result", job({ result: undefined }), /has no result/u],
    ["rows that are missing", job({ result: { ...told(), rows: [] } }), /other rows/u],
    ["a second attempt", job({ result: { ...told(), attempt: 2, recovered: 0 } }), /took 2 attempts/u],
    ["another ending", job({ result: { ...told(), kind: "crashed" } }), /ended crashed/u],
  ])("are refused with %s", (_what, seen, why) => {
    expect(() => roundFigures(round(job(), seen), PAGES)).toThrow(NotResumed);
    expect(() => roundFigures(round(job(), seen), PAGES)).toThrow(why);
  });

  it("are refused where no browser came in the dead one's place", () => {
    expect(() => roundFigures({ ...round(job()), launchMs: undefined }, PAGES)).toThrow(/no browser was launched/u);
  });
});

function told() {
  return { kind: "completed", attempt: 1, rows: expectedRows("a", PAGES), recovered: 1, waitedMs: 900 };
}
