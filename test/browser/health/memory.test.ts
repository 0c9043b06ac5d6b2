import { expect, test } from "vitest";

import type { BrowserClock } from "../../../functions/browser/browser-clock.ts";
import type { BrowserPool } from "../../../functions/browser/browser-pool.ts";
import type { ContextLease } from "../../../functions/browser/context-lease.ts";
import { ownMiBOf } from "../../../functions/browser/health/process-table.ts";
import { openPool, pidOf, request, type PoolFixture } from "../browser/pool-fixture.ts";
import { fill, fillAndHang } from "./filled-page.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };
const EVICT_AT = 0.9;
/** What the browser, its tenants and what they fill may take beside this process before somebody goes. */
const ROOM_MIB = 500;
const STEP_MIB = 40;

interface Tenants extends PoolFixture {
  readonly greedy: ContextLease;
  readonly modest: readonly ContextLease[];
  readonly evictAtMiB: number;
}

async function threeTenants(): Promise<Tenants> {
  const evictAtMiB = ownMiBOf(process.pid) + ROOM_MIB;
  const memoryLimitMiB = Math.round(evictAtMiB / EVICT_AT);
  const fixture = await openPool({ pristine: NONE, evictAtRatio: EVICT_AT, memoryLimitMiB });
  const [greedy, ...modest] = await Promise.all([1, 2, 3].map(() => fixture.pool.leaseContext(request())));
  return { ...fixture, greedy: greedy as ContextLease, modest, evictAtMiB };
}

async function expectOnlyTheGreedyGone({ pool, events, event, modest, evictAtMiB }: Tenants, browser: number) {
  const evicted = await event("tenant-evicted");
  expect(evicted.tenantMiB).toBeGreaterThan(200);
  expect(evicted.usedMiB).toBeGreaterThanOrEqual(Math.floor(evictAtMiB) - 1);
  await expect.poll(() => pool.processes.memory().usedMiB, { timeout: 20_000 }).toBeLessThan(evictAtMiB);
  expect(modest.map((lease) => lease.state().kind)).toEqual(["leased", "leased"]);
  expect(await Promise.all(modest.map(({ page }) => page.evaluate(() => 1 + 1)))).toEqual([2, 2]);
  expect(pidOf(pool)).toBe(browser);
  expect(events.filter(({ kind }) => kind === "tenant-evicted")).toHaveLength(1);
  expect(pool.processes.evictions).toBe(1);
}

test("of three tenants the one that fills the memory goes; the others work on, in the same browser", async () => {
  const tenants = await threeTenants();
  const { pool, greedy, modest } = tenants;
  const browser = pidOf(pool);
  const watch = pool.watch();
  await modest[0]?.page.evaluate(fill, STEP_MIB);
  const lost = greedy.lost.then((loss) => ({ loss }));
  let taken = 0;
  for (;;) {
    const step = greedy.page.evaluate(fill, STEP_MIB).catch(() => {});
    const ended = await Promise.race([lost, step]);
    if (ended) break;
    taken += STEP_MIB;
    // It could have had all the room twice over: nobody watches.
    expect(taken).toBeLessThan(2 * ROOM_MIB);
    // What it takes shows at a look; the next step waits for one.
    await expect.poll(async () => (await pool.processes.usageOf(greedy.context))?.ownMiB ?? taken).toBeGreaterThan(0);
  }
  const { loss } = await lost;
  expect(loss).toMatchObject({ what: "memory", browser: "browser-1", neighbours: 3 });
  expect(loss.detail).toMatch(/^evicted: it had \d+ MiB, the most of all, when the container had \d+ of \d+ MiB$/u);
  expect(greedy.state()).toMatchObject({ kind: "ended", reason: "evicted" });
  await expectOnlyTheGreedyGone(tenants, browser);
  await watch.stop();
});

test("one that never answers while it fills the memory goes likewise", async () => {
  const tenants = await threeTenants();
  const { pool, greedy } = tenants;
  const browser = pidOf(pool);
  const watch = pool.watch();
  greedy.page.evaluate(fillAndHang, 2 * ROOM_MIB).catch(() => {});
  expect(await greedy.lost).toMatchObject({ what: "memory" });
  await expectOnlyTheGreedyGone(tenants, browser);
  await watch.stop();
});

async function lookOnce(pool: BrowserPool): Promise<void> {
  for (const round of pool.processes.rounds) await round.look(new AbortController().signal);
}

/** Goes on by itself, and can be put forward. */
function shiftedClock(): BrowserClock & { forward(ms: number): void } {
  let shiftMs = 0;
  return {
    wallMs: () => Date.now() + shiftMs,
    monotonicMs: () => performance.now() + shiftMs,
    forward: (ms) => {
      shiftMs += ms;
    },
  };
}

test("where no tenant is to blame the browser is replaced, once, and not while it is young", async () => {
  const clock = shiftedClock();
  const { pool, event, events } = await openPool({ pristine: NONE, memoryLimitMiB: 50 }, clock);
  const lease = await pool.leaseContext(request());
  const watch = pool.watch();
  await lookOnce(pool);
  expect(events.map(({ kind }) => kind)).toEqual(["browser-launched"]);

  clock.forward(120_000);
  expect(await event("browser-retired")).toMatchObject({ browser: "browser-1", reason: "memory" });
  expect(pool.status()).toMatchObject({ launches: 2, lastReplaceReason: "memory" });
  expect(await lease.page.evaluate(() => 1 + 1)).toBe(2);
  clock.forward(120_000);
  await lookOnce(pool);
  expect(events.filter(({ kind }) => kind === "browser-retired")).toHaveLength(1);
  await watch.stop();
});

test("without a limit nobody goes", async () => {
  const { pool, events } = await openPool({ pristine: NONE });
  const lease = await pool.leaseContext(request());
  await lease.page.evaluate(fill, 300);
  await lookOnce(pool);
  expect(events.map(({ kind }) => kind)).toEqual(["browser-launched"]);
  expect(pool.processes.memory()).toMatchObject({ limitMiB: undefined });
});
