import { getEventListeners, type EventEmitter } from "node:events";
import { isDeepStrictEqual } from "node:util";

import { expect, test } from "vitest";

import { liveMembers } from "../../../functions/browser/process-group.ts";
import { openPool, pidOf, request, type PoolFixture } from "./pool-fixture.ts";
import { openTenantSite } from "./tenant-site.ts";

const LEASES = 200;
const WAVE = 10;

/** Everything that a lease could leave behind. */
async function footprint({ pool, foldersLeft }: PoolFixture, signal: AbortSignal) {
  await pool.settled();
  const { pristine, leased, warm, closing, opening } = pool.status().contexts;
  const probe = await pool.leaseContext(request());
  const browser = probe.context.browser();
  const listeners = ["disconnected", "context"].map((event) =>
    (browser as unknown as EventEmitter).listenerCount(event),
  );
  await probe.release();
  await pool.settled();
  return {
    contexts: { pristine, leased, warm, closing, opening },
    playwrightContexts: browser?.contexts().length,
    processes: (await liveMembers(pidOf(pool))).length,
    folders: (await foldersLeft()).length,
    listeners,
    signalListeners: getEventListeners(signal, "abort").length,
    browserPid: pidOf(pool),
  };
}

/** The same twice in a row: a renderer is gone a moment after its context is. */
async function steadyFootprint(fixture: PoolFixture, signal: AbortSignal) {
  let last = await footprint(fixture, signal);
  for (;;) {
    const next = await footprint(fixture, signal);
    if (isDeepStrictEqual(next, last)) return next;
    last = next;
  }
}

const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;

test("two hundred leases in waves leave processes, folders, listeners, timers and contexts as they were", async () => {
  const timersBefore = timers();
  const { origin } = await openTenantSite();
  const fixture = await openPool();
  const { pool, complaints } = fixture;
  const { signal } = new AbortController();
  const wave = async (size: number) => {
    const leases = await Promise.all(Array.from({ length: size }, () => pool.leaseContext(request({ signal }))));
    await Promise.all(leases.map(({ page }) => page.goto(origin)));
    await Promise.all(leases.map((lease) => lease.release()));
  };
  await wave(WAVE);
  const before = await steadyFootprint(fixture, signal);
  for (let done = 0; done < LEASES; done += WAVE) await wave(Math.min(WAVE, LEASES - done));
  await expect.poll(() => footprint(fixture, signal), { timeout: 10_000 }).toEqual(before);
  expect(complaints).toEqual([]);

  const group = pidOf(pool);
  await pool.close();
  expect(timers()).toBeLessThanOrEqual(timersBefore);
  expect(await liveMembers(group)).toEqual([]);
  expect(await fixture.foldersLeft()).toEqual([]);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("known-bad twin: leases that aren't released show in every count", async () => {
  const fixture = await openPool();
  const { signal } = new AbortController();
  const before = await steadyFootprint(fixture, signal);
  await Promise.all([1, 2, 3].map(() => fixture.pool.leaseContext(request({ signal }))));
  const after = await footprint(fixture, signal);
  expect(after.contexts.leased).toBe(before.contexts.leased + 3);
  expect(after.processes).toBeGreaterThan(before.processes);
  expect(after.signalListeners).toBe(before.signalListeners + 3);
});
