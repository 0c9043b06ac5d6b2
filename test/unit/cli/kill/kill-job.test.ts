import { describe, expect, it } from "vitest";

import { describeKill } from "../../../../cli/kill/describe-kill.ts";
import { killJob, type KillingFleet } from "../../../../cli/kill/kill-job.ts";
import type { KillOrder } from "../../../../functions/core/fleet/fleet-orders.ts";
import type { JobResult } from "../../../../functions/core/job/job-result.ts";
import type { LeaseStore } from "../../../../functions/core/lease/lease-store.ts";
import type { Lease } from "../../../../functions/core/lease/lease.ts";
import { MemoryLeaseStore } from "../../../../functions/core/lease/memory-lease-store.ts";
import { jobResult } from "../why/job-fixtures.ts";

const TIMEOUT_MS = 120_000;
const kinds = { strategy: "recipe", site: "s", jobClass: "discovery" } as const;

/** The real rules of leases, orders that are noted, and a clock that each pause moves by half a second. */
function stand({ full = false, onPause = async () => {} }: { full?: boolean; onPause?: () => Promise<unknown> } = {}) {
  const leases: LeaseStore = new MemoryLeaseStore();
  const orders: KillOrder[] = [];
  const published: JobResult[] = [];
  const clock = { nowMs: 1_000_000 };
  const fleet: KillingFleet = {
    leases,
    orders: {
      kill: async (order) => {
        if (!full) orders.push(order);
        return { kind: full ? "full" : "ordered" };
      },
    },
    publish: async (result) => void published.push(result),
    now: () => clock.nowMs,
    pause: async () => {
      clock.nowMs += 500;
      await onPause();
    },
  };
  const take = async (container = "c-1", durationMs = 60_000): Promise<Lease> => {
    const owner = { container, invocation: "i" };
    const taken = await leases.take({ key: "job#a", owner, durationMs, ...kinds }, clock.nowMs);
    if (taken.kind !== "taken") throw new Error(taken.kind);
    return taken.lease;
  };
  return { leases, orders, published, clock, fleet, take };
}

describe("a job that waits", () => {
  it("unknown so far, is ended here, and a container that comes later doesn't get it", async () => {
    const { fleet, leases, orders, published, take } = stand();
    const end = await killJob(fleet, "a", "Ann", TIMEOUT_MS);
    expect(end).toMatchObject({ kind: "ended", result: { kind: "killed", id: "a", container: "operator", fence: 1 } });
    expect(published).toHaveLength(1);
    expect(published[0]?.error).toEqual({ name: "Killed", message: "Ann ended the job while it waited" });
    expect(orders).toEqual([]);
    await expect(take()).rejects.toThrow("finished");
    expect((await leases.read("job#a"))?.history.map(({ kind }) => kind)).toEqual(["kill-asked", "ended"]);
    expect(describeKill(end, 0)).toBe("a: killed while it waited: no container will run it");
  });

  it("given back, keeps what is known of it", async () => {
    const { fleet, leases, published, take } = stand();
    await leases.release(await take(), { reason: "failed", countsAsAttempt: true }, 1_000_000);
    await killJob(fleet, "a", "Ann", TIMEOUT_MS);
    expect(published).toMatchObject([{ strategy: "recipe", site: "s", class: "discovery", attempt: 2, fence: 2 }]);
    expect(await leases.read("job#a")).toMatchObject({ state: "finished", strategy: "recipe", site: "s" });
  });

  it("for a container that fell silent, is ended when its lease has run out", async () => {
    const { fleet, published, take } = stand();
    await take("c-1", 10_000);
    expect(await killJob(fleet, "a", "Ann", TIMEOUT_MS)).toMatchObject({ kind: "ended", result: { kind: "killed" } });
    expect(published).toHaveLength(1);
  });

  it("and was taken in that moment, is ordered to end", async () => {
    const { fleet, leases, orders, published, take } = stand();
    const late = { ...fleet.leases, read: async () => undefined };
    let reads = 0;
    const raced: KillingFleet = {
      ...fleet,
      leases: {
        ...late,
        read: async (key) => {
          reads += 1;
          const seen = await leases.read(key);
          if (reads === 1) await take();
          return seen;
        },
        take: (...request) => leases.take(...request),
        finish: (...request) => leases.finish(...request),
      },
    };
    expect(await killJob(raced, "a", "Ann", 0)).toMatchObject({ kind: "ordered" });
    expect(orders).toHaveLength(1);
    expect(published).toEqual([]);
  });

  it("whose ending was written and not told, is told by the next try", async () => {
    const { fleet, published } = stand();
    const broken = { ...fleet, publish: async () => Promise.reject(new Error("broke off")) };
    await expect(killJob(broken, "a", "Ann", TIMEOUT_MS)).rejects.toThrow("broke off");
    expect(await killJob(fleet, "a", "Ann", TIMEOUT_MS)).toMatchObject({ kind: "ended", result: { kind: "killed" } });
    expect(published).toHaveLength(1);
  });
});

describe("a job at work", () => {
  it("is ended by its container, which is waited for", async () => {
    const ending: { now?: () => Promise<unknown> } = {};
    const { fleet, leases, orders, published, take, clock } = stand({ onPause: async () => ending.now?.() });
    const lease = await take();
    const result = jobResult({ id: "a", kind: "killed" });
    ending.now = () => leases.finish(lease, result, clock.nowMs);
    const end = await killJob(fleet, "a", "Ann", TIMEOUT_MS);
    expect(end).toEqual({ id: "a", kind: "ended", result });
    expect(orders).toEqual([{ job: "a", atMs: 1_000_000, by: "Ann" }]);
    expect(published).toEqual([]);
    expect(describeKill(end, 0)).toBe("a: killed in container c-1, at 2026-11-21T16:01:00.000Z");
  });

  it("whose container's clock is ahead, is meant all the same", async () => {
    const { fleet, orders, take, clock } = stand();
    await take();
    clock.nowMs -= 5_000;
    await killJob(fleet, "a", "Ann", 0);
    expect(orders).toEqual([{ job: "a", atMs: 1_000_000, by: "Ann" }]);
  });

  it("that moves meanwhile is ordered to end once more", async () => {
    const moving: { now?: () => Promise<unknown> } = {};
    const { fleet, leases, orders, take, clock } = stand({ onPause: async () => moving.now?.() });
    const lease = await take();
    moving.now = async () => {
      delete moving.now;
      await leases.release(lease, { reason: "out-of-time", countsAsAttempt: false }, clock.nowMs);
      await take("c-2", 600_000);
    };
    expect(await killJob(fleet, "a", "Ann", 5_000)).toMatchObject({ kind: "still-held" });
    expect(orders.map(({ atMs }) => atMs)).toEqual([1_000_000, 1_000_500]);
  });

  it("that is given back meanwhile is ended here", async () => {
    const moving: { now?: () => Promise<unknown> } = {};
    const { fleet, leases, published, take, clock } = stand({ onPause: async () => moving.now?.() });
    const lease = await take();
    moving.now = () => leases.release(lease, { reason: "failed", countsAsAttempt: true }, clock.nowMs);
    expect(await killJob(fleet, "a", "Ann", TIMEOUT_MS)).toMatchObject({ kind: "ended", result: { fence: 2 } });
    expect(published).toHaveLength(1);
  });

  it("that doesn't end in time is said with what to do", async () => {
    const { fleet, take, clock } = stand();
    await take("c-1", 600_000);
    const end = await killJob(fleet, "a", "Ann", 5_000);
    expect(describeKill(end, clock.nowMs)).toBe(
      "a: container c-1 still holds it; its lease ends in 9 min 55 s unless renewed. The order stands: a container that lives obeys within seconds, and after a dead one `npx sublet kill a` ends the job here. `npx sublet why a` says how it stands.",
    );
    expect(describeKill(end, clock.nowMs + 1_000_000)).toContain("its lease is over");
  });

  it("isn't ordered where too many orders stand", async () => {
    const { fleet, take } = stand({ full: true });
    await take();
    const end = await killJob(fleet, "a", "Ann", TIMEOUT_MS);
    expect(end).toEqual({ id: "a", kind: "too-many-orders" });
    expect(describeKill(end, 0)).toMatch(/--all` needs no room/u);
  });
});

it("a job that has ended is left as it is", async () => {
  const { fleet, leases, take, orders, published } = stand();
  await leases.finish(await take(), jobResult({ id: "a" }), 1_000_000);
  const end = await killJob(fleet, "a", "Ann", TIMEOUT_MS);
  expect(end).toMatchObject({ kind: "ended", result: { kind: "completed" } });
  expect([...orders, ...published]).toEqual([]);
  expect(describeKill(end, 0)).toBe("a: had ended already: completed, at 2026-11-21T16:01:00.000Z");
});
