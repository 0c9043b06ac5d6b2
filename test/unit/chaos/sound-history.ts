import type { History, LeaseWrite, Visit } from "../../../chaos/history.ts";
import { expectedRows } from "../../../chaos/load/rows.ts";
import type { Plan, PlannedJob } from "../../../chaos/plan/plan.ts";

/** A list that is interrupted on page 2 in container a, and goes on in container b: nothing is wrong with it. */
const LIST: PlannedJob = {
  id: "list",
  work: { kind: "list", pages: 3, pageMs: 50, screenshot: false },
  priority: "normal",
  checkpoint: "navigation",
  copies: 2,
  sendAtShare: 0,
  maxDurationMs: 60_000,
  mayEnd: ["completed"],
};

/** A message that is no job. */
const MALFORMED: PlannedJob = {
  ...LIST,
  id: "malformed",
  work: { kind: "malformed", body: "{" },
  copies: 1,
  mayEnd: ["rejected"],
};

const PLAN: Plan = {
  seed: 1,
  number: 0,
  faults: [{ fault: "browser-kill", atShare: 0.5, seed: 7 }],
  jobs: [LIST, MALFORMED],
};

export function write(atMs: number, kind: LeaseWrite["kind"], fence: number, container: string, more = {}): LeaseWrite {
  return { job: "list", kind, fence, container, atMs, text: `${kind} ${fence} ${container} ${atMs}`, ...more };
}

export function visit(atMs: number, page: number, container: string, foreign: readonly string[] = []): Visit {
  return { job: "list", page, atMs, container, connectedAtMs: atMs < 10_000 ? 0 : 10_000, foreign };
}

export const SOUND: History = {
  plan: PLAN,
  faults: [
    {
      order: { fault: "browser-kill", atShare: 0.5, seed: 7 },
      atMs: 300,
      what: "SIGKILL to all of a",
      hit: true,
      interrupted: ["list"],
    },
  ],
  visits: [visit(100, 1, "a"), visit(200, 2, "a"), visit(10_100, 2, "b"), visit(10_200, 3, "b")],
  writes: [
    write(50, "take", 1, "a", { expiresAtMs: 3_050 }),
    write(150, "checkpoint", 1, "a", { sequence: 1 }),
    write(10_000, "take", 2, "b", { expiresAtMs: 13_000 }),
    write(10_150, "checkpoint", 2, "b", { sequence: 2 }),
    write(10_300, "finish", 2, "b"),
  ],
  refusals: [],
  results: [
    { id: "list", kind: "completed", fence: 2, atMs: 10_310, rows: expectedRows("list", 3) },
    { id: "list", kind: "completed", fence: 2, atMs: 10_320, rows: expectedRows("list", 3) },
    { id: "malformed", kind: "rejected", fence: 0, atMs: 80 },
  ],
  records: [{ job: "list", state: "finished", fence: 2, events: [] }],
  deadLetters: ["malformed"],
  failures: [],
  leftovers: [],
};
