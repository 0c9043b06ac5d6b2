import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { SlotPolicy } from "../../../functions/core/capacity/slot-gate.ts";
import { Slots, type Displacement } from "../../../functions/worker/slots.ts";
import { HOUR_MS, job, policy } from "../core/capacity/gate/gate-fixtures.ts";

const never = new AbortController().signal;

function slotsOf(change: Partial<SlotPolicy> = {}): { slots: Slots; displacements: Displacement[] } {
  const displacements: Displacement[] = [];
  const slots = new Slots(
    { ...policy, capacity: 1, ...change },
    () => HOUR_MS,
    (displacement) => displacements.push(displacement),
  );
  return { slots, displacements };
}

describe("Slots", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("answers a grant with the numbers of its moment", async () => {
    const { slots } = slotsOf();
    expect(await slots.acquire(job("a"), never)).toMatchObject({ kind: "granted", running: 1, slots: 1, waiting: 0 });
    const [b, c] = [slots.acquire(job("b"), never), slots.acquire(job("c"), never)];
    slots.release("a");
    expect(await b).toMatchObject({ kind: "granted", id: "b", running: 1, waiting: 1 });
    slots.drain("over");
    expect(await c).toMatchObject({ kind: "refused", reason: "draining" });
    slots.close();
  });

  it("tells of a displaced job, which keeps its slot until it gives it back, and its place for the next time", async () => {
    const { slots, displacements } = slotsOf();
    const first = await slots.acquire(job("a", { displaceable: true }), never);
    const later = slots.acquire(job("later"), never);
    const vip = slots.acquire(job("vip", { priority: "critical" }), never);
    expect(displacements).toEqual([{ id: "a", by: "vip" }]);
    expect(slots.running).toBe(1);
    slots.release("a");
    expect(await vip).toMatchObject({ kind: "granted" });
    const again = slots.acquire(job("a", { place: first.kind === "granted" ? first.place : undefined }), never);
    slots.release("vip");
    expect(await again).toMatchObject({ kind: "granted", waiting: 1 });
    slots.release("a");
    expect(await later).toMatchObject({ kind: "granted" });
    slots.close();
  });

  it("gives what was kept for a job that leaves to the next, and leaves no timer behind", async () => {
    const { slots } = slotsOf({ capacity: 2, ratio: { discovery: 2, extraction: 2, live: 1 } });
    for (const id of ["a", "b"]) await slots.acquire(job(id, { displaceable: true }), never);
    const leaving = new AbortController();
    const vip = slots.acquire(job("vip", { priority: "critical", jobClass: "live" }), leaving.signal);
    slots.release("b");
    const next = slots.acquire(job("next"), never);
    leaving.abort();
    expect(await vip).toEqual({ kind: "withdrawn" });
    expect(await next).toMatchObject({ kind: "granted", running: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("grants nothing to a job that is gone before it asks", async () => {
    const { slots } = slotsOf();
    expect(await slots.acquire(job("a"), AbortSignal.abort())).toEqual({ kind: "withdrawn" });
    expect(slots.running).toBe(0);
  });

  it("sends away by itself who has waited too long", async () => {
    const { slots } = slotsOf();
    await slots.acquire(job("a"), never);
    const answer = slots.acquire(job("b"), never);
    await vi.advanceTimersByTimeAsync(policy.waitLimitMs);
    expect(await answer).toMatchObject({ kind: "refused", reason: "wait-limit" });
    expect(vi.getTimerCount()).toBe(0);
  });
});
