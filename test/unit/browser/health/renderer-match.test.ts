import { expect, test } from "vitest";

import { narrowed, type Candidates, type RendererClock } from "../../../../functions/browser/health/renderer-match.ts";
import { seededRandom } from "../../../browser/launched.ts";

const clock = (threadSeconds: number | undefined, processSeconds = 0.03, running = false): RendererClock => ({
  threadSeconds,
  processSeconds,
  running,
});
const names = (candidates: Candidates) => [...candidates.keys()];

test("one answer leaves all whose process time fits; the second leaves the one whose thread clock moved by as much", () => {
  const before = new Map([
    ["page's", clock(5.001)],
    ["idle", clock(7)],
    ["older", clock(5.001, 0.9)],
  ]);
  const after = new Map([
    ["page's", clock(5.0014)],
    ["idle", clock(7)],
    ["older", clock(5.001, 0.9)],
  ]);
  const first = narrowed(undefined, { threadSeconds: 0.0002, processSeconds: 0.03 }, before, after);
  expect(names(first)).toEqual(["page's", "idle"]);
  const later = new Map([
    ["page's", clock(5.0018)],
    ["idle", clock(7)],
  ]);
  const second = narrowed(first, { threadSeconds: 0.0006, processSeconds: 0.03 }, after, later);
  expect(names(second)).toEqual(["page's"]);
});

test("a renderer that runs has a clock that is behind by up to a tick", () => {
  const answer = { threadSeconds: 1.004, processSeconds: 1.2 };
  const before = new Map([["page's", clock(3, 1.2, true)]]);
  const first = narrowed(undefined, { threadSeconds: 1, processSeconds: 1.2 }, before, before);
  expect(names(narrowed(first, answer, before, before))).toEqual(["page's"]);
  // Known-bad twin: taken for exact, it would be ruled out.
  const exact = new Map([["page's", clock(3, 1.2)]]);
  const wrong = narrowed(undefined, { threadSeconds: 1, processSeconds: 1.2 }, exact, exact);
  expect(names(narrowed(wrong, answer, exact, exact))).toEqual([]);
});

test("without thread clocks the process time still rules out", () => {
  const clocks = new Map([
    ["page's", clock(undefined, 0.05)],
    ["other", clock(undefined, 0.5)],
  ]);
  expect(names(narrowed(undefined, { threadSeconds: 0.1, processSeconds: 0.05 }, clocks, clocks))).toEqual(["page's"]);
});

test("who ended in between is ruled out", () => {
  const before = new Map([["gone", clock(1)]]);
  expect(names(narrowed(undefined, { threadSeconds: 0, processSeconds: 0.03 }, before, new Map()))).toEqual([]);
});

/** Renderers with clocks of their own, some busy, and the answers of one of them. */
function simulated(random: () => number, count: number) {
  const renderers = Array.from({ length: count }, (_, index) => ({
    name: String(index),
    busy: random() < 0.3,
    thread: random() * 3,
    process: 0,
  }));
  for (const renderer of renderers) renderer.process = renderer.thread + random() * 0.05;
  const origin = random();
  const mine = renderers[0] as (typeof renderers)[number];
  const pass = (ms: number) => {
    for (const renderer of renderers) {
      const used = (renderer.busy || (renderer === mine && random() < 0.5) ? ms / 1_000 : 0) * random();
      renderer.thread += used;
      renderer.process += used;
    }
  };
  const ticks = (seconds: number) => Math.floor(seconds * 100) / 100;
  const read = () =>
    new Map(renderers.map(({ name, busy, thread, process }) => [name, clock(thread, ticks(process), busy)]));
  const answer = () => ({ threadSeconds: mine.thread - origin, processSeconds: ticks(mine.process) });
  return { pass, read, answer };
}

test("over a thousand seeded runs the right one is never ruled out, and is left alone nearly always", () => {
  let clear = 0;
  for (let seed = 0; seed < 1_000; seed += 1) {
    const random = seededRandom(seed);
    const { pass, read, answer } = simulated(random, 8);
    let candidates: Candidates | undefined;
    for (let asked = 0; asked < 4 && candidates?.size !== 1; asked += 1) {
      const before = read();
      pass(0.5);
      const told = answer();
      pass(0.5);
      candidates = narrowed(candidates, told, before, read());
    }
    expect(names(candidates ?? new Map()), `seed ${seed}`).toContain("0");
    if (candidates?.size === 1) clear += 1;
  }
  expect(clear).toBeGreaterThan(900);
});
