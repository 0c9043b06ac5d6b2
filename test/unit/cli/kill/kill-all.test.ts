import { expect, it } from "vitest";

import type { JobRecord } from "../../../../cli/job-record.ts";
import { describeKillAll } from "../../../../cli/kill/describe-kill.ts";
import { killAll, type EndedFleet } from "../../../../cli/kill/kill-all.ts";
import type { QueueDepth } from "../../../../cli/queue-depths.ts";
import { jobResult } from "../why/job-fixtures.ts";

const held = (id: string, change: Partial<JobRecord> = {}): JobRecord => ({
  id,
  state: "held",
  attempt: 1,
  lease: `lease-${id}`,
  fence: 1,
  container: "c-1",
  acquiredAtMs: 500,
  renewedAtMs: 500,
  expiresAtMs: 60_500,
  ...change,
});

/** Each look sees the next state of the fleet; the last one stays. */
function fleetOf(looks: readonly (readonly JobRecord[])[]) {
  const ordered: number[] = [];
  let look = 0;
  let nowMs = 1_000;
  const seen = () => looks[Math.min(look, looks.length - 1)] ?? [];
  const fleet: EndedFleet = {
    orders: { killAll: async (atMs) => void ordered.push(atMs) },
    running: async () => seen().filter(({ state }) => state === "held"),
    read: async (ids) => seen().filter(({ id }) => ids.includes(id)),
    now: () => nowMs,
    pause: async () => {
      nowMs += 500;
      look += 1;
    },
  };
  return { fleet, ordered };
}

const queues = (visible: number): QueueDepth[] => [
  { queue: "jobs", visible, inFlight: 2, delayed: 0 },
  { queue: "results", visible: 50, inFlight: 0, delayed: 0 },
];

it("waits for all that ran, also those that the index showed late, and says what came of them", async () => {
  const killed = { state: "finished", result: jobResult({ kind: "killed" }) } as const;
  const { fleet, ordered } = fleetOf([
    [held("a"), held("b")],
    [held("a", killed), held("b"), held("late")],
    [held("b", { state: "released" }), held("late"), held("new", { acquiredAtMs: 1_400 })],
    [held("late", { state: "finished", result: jobResult() })],
  ]);
  const all = await killAll(fleet, "Ann", 60_000);
  expect(ordered).toEqual([1_000]);
  expect(all.ended.map(({ id }) => id)).toEqual(["a", "b", "late"]);
  expect(describeKillAll(all, queues(240), true)).toEqual([
    "3 jobs ended: 1 killed, 1 given back, 1 completed.",
    "The queues still hold about 242 messages, which run as before. `npx sublet drain` keeps them from being started.",
  ]);
});

it("isn't satisfied with one look that finds nothing more", async () => {
  const killed = { state: "finished", result: jobResult({ kind: "killed" }) } as const;
  const { fleet } = fleetOf([[], [held("late")], [held("late", killed)]]);
  expect((await killAll(fleet, "Ann", 60_000)).ended.map(({ id }) => id)).toEqual(["late"]);
});

it("means attempts whose containers' clocks are ahead", async () => {
  const { fleet, ordered } = fleetOf([[held("a", { acquiredAtMs: 3_000 })]]);
  await killAll(fleet, "Ann", 0);
  expect(ordered).toEqual([3_000]);
});

it("gives up when the time is over and names what is left; without waiting, what will end", async () => {
  const jobs = Array.from({ length: 12 }, (_, index) => held(`job-${index}`));
  const all = await killAll(fleetOf([jobs]).fleet, "Ann", 2_000);
  expect(all.left).toHaveLength(12);
  expect(describeKillAll(all, queues(0), true)[0]).toMatch(
    /^12 jobs still held: job-0 in c-1, .*job-9 in c-1, 2 more\.$/u,
  );
  const unwaited = await killAll(fleetOf([[held("a")]]).fleet, "Ann", 0);
  expect(describeKillAll(unwaited, [], false)).toEqual([
    "1 job to end within seconds: a in c-1.",
    "The queues are empty.",
  ]);
});

it("says so where nothing runs", async () => {
  expect(describeKillAll(await killAll(fleetOf([[]]).fleet, "Ann", 5_000), [], true)[0]).toBe("No job ran.");
});
