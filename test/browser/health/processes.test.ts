import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import type { BrowserPool } from "../../../functions/browser/browser-pool.ts";
import type { ContextLease } from "../../../functions/browser/context-lease.ts";
import { ProcessTable } from "../../../functions/browser/health/process-table.ts";
import type { TenantUsage } from "../../../functions/browser/health/process-watch.ts";
import { killRenderersOf } from "../../../functions/browser/health/renderer-kill.ts";
import type { PooledContext } from "../../../functions/browser/pooled-context.ts";
import { openPool, pidOf, request } from "../browser/pool-fixture.ts";
import { fill } from "./filled-page.ts";
import { openBrowser, type OpenBrowser } from "./open-browser.ts";
import { openSites } from "./sites.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };

/** Runs in the page: a bit of work. */
function burn(rounds = 1): number {
  let mixed = 1;
  for (let round = 0; round < rounds; round += 1) {
    for (let step = 0; step < 20_000_000; step += 1) mixed = (Math.imul(mixed, 31) + step) | 0;
  }
  return mixed;
}

async function usageOf(pool: BrowserPool, leases: readonly ContextLease[]): Promise<readonly TenantUsage[]> {
  const usages = await Promise.all(leases.map(({ context }) => pool.processes.usageOf(context)));
  return usages.filter((usage) => usage !== undefined);
}

/** Lets a page or frame work until somebody has used 0.3 s of a CPU more, and tells who had as much as half of that. */
async function whoGrows(
  pool: BrowserPool,
  leases: readonly ContextLease[],
  where: { evaluate: Page["evaluate"] },
): Promise<readonly number[]> {
  const before = await usageOf(pool, leases);
  for (;;) {
    await where.evaluate(burn, 1);
    const grown = (await usageOf(pool, leases)).map(
      ({ cpuSeconds }, index) => cpuSeconds - (before[index]?.cpuSeconds ?? 0),
    );
    if (grown.some((seconds) => seconds > 0.3)) return grown.flatMap((seconds, at) => (seconds > 0.15 ? [at] : []));
  }
}

test("the table has each process of the browser with its type, its memory and its CPU time", async () => {
  const { pool } = await openPool({ pristine: NONE });
  await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  const { processes } = new ProcessTable().read(new Set([pidOf(pool)]));
  const types = Map.groupBy(processes, ({ type }) => type);
  expect(types.get("browser")?.map(({ pid }) => pid)).toEqual([pidOf(pool)]);
  expect(types.get("zygote")).toHaveLength(2);
  expect(types.get("gpu-process")).toHaveLength(1);
  expect(types.get("renderer")).toHaveLength(2);
  expect(types.get("other")).toBeUndefined();
  for (const { ownMiB, cpuSeconds } of processes) {
    expect(ownMiB).toBeGreaterThan(1);
    expect(ownMiB).toBeLessThan(200);
    expect(cpuSeconds).toBeGreaterThanOrEqual(0);
  }
});

test("six contexts on six sites: each one's CPU time grows when it burns some, and nobody else's", async () => {
  const { origin } = await openSites();
  const { pool } = await openPool({ pristine: NONE });
  const leases = await Promise.all(Array.from({ length: 6 }, () => pool.leaseContext(request())));
  await Promise.all(leases.map(({ page }, index) => page.goto(origin(index + 1))));
  expect((await usageOf(pool, leases)).map(({ renderers }) => renderers)).toEqual(leases.map(() => 1));
  for (const [index, { page }] of leases.entries()) expect(await whoGrows(pool, leases, page)).toEqual([index]);
});

test("contexts that are all busy are told apart", async () => {
  const { pool } = await openPool({ pristine: NONE });
  const leases = await Promise.all(Array.from({ length: 4 }, () => pool.leaseContext(request())));
  for (const { page } of leases) {
    await page.evaluate(() => {
      const work = () => {
        const end = performance.now() + 20;
        while (performance.now() < end);
        setTimeout(work, 1);
      };
      work();
    });
  }
  const known = async () => (await usageOf(pool, leases)).map(({ renderers }) => renderers);
  await expect.poll(known, { timeout: 20_000 }).toEqual([1, 1, 1, 1]);
  // Each one's memory grows in its own name.
  for (const [index, { page }] of leases.entries()) {
    const before = await usageOf(pool, leases);
    await page.evaluate(fill, 40);
    const after = await usageOf(pool, leases);
    const grown = after.flatMap(({ ownMiB }, at) => (ownMiB - (before[at]?.ownMiB ?? 0) > 25 ? [at] : []));
    expect(grown).toEqual([index]);
  }
});

test("popups with a renderer of their own and frames of other sites count for their context", async () => {
  const { origin } = await openSites();
  const { pool } = await openPool({ pristine: NONE });
  const [tenant, bystander] = (await Promise.all([1, 2].map(() => pool.leaseContext(request())))) as [
    ContextLease,
    ContextLease,
  ];
  const both = [tenant, bystander];
  await Promise.all([tenant.page.goto(`${origin(1)}/frame`), bystander.page.goto(`${origin(2)}/frame`)]);
  const opened = tenant.context.waitForEvent("page");
  await tenant.page.evaluate((url) => void window.open(url, "_blank", "noopener"), origin(3));
  const popup = await opened;
  await popup.waitForLoadState();
  const before = await usageOf(pool, both);
  expect(before.map(({ renderers }) => renderers)).toEqual([2, 1]);

  expect(await whoGrows(pool, both, popup)).toEqual([0]);
  for (const [index, { page }] of both.entries()) {
    const frame = page.frames().find((one) => one.url().startsWith(origin(99)));
    expect(await whoGrows(pool, both, frame as NonNullable<typeof frame>)).toEqual([index]);
  }
});

interface Hanging extends OpenBrowser {
  readonly hung: PooledContext;
  readonly bystander: PooledContext;
  readonly crashed: Promise<unknown>;
}

/** Two contexts; the page of one never answers again. `before` is done while it still does. */
async function hanging(before: (opened: OpenBrowser) => Promise<void>): Promise<Hanging> {
  const opened = await openBrowser(2);
  const [hung, bystander] = opened.contexts as [PooledContext, PooledContext];
  await before(opened);
  const crashed = hung.page.waitForEvent("crash", { timeout: 20_000 });
  hung.page.evaluate(burn, 1_000_000).catch(() => {});
  return { ...opened, hung, bystander, crashed };
}

async function expectOnlyItsEnd({ hung, bystander, crashed }: Hanging): Promise<void> {
  await crashed;
  await hung.context.close();
  expect(bystander.isSound).toBe(true);
  expect(await bystander.page.evaluate(() => 1 + 1)).toBe(2);
}

test("a page that hangs is ended by its renderer, and then its context closes", async () => {
  const scene = await hanging(({ settle }) => settle());
  expect(killRenderersOf(scene.hung)).toBe(1);
  await expectOnlyItsEnd(scene);
});

test("one that hung before anybody asked is known by elimination", async () => {
  const scene = await hanging(async () => {});
  await scene.settle();
  expect(killRenderersOf(scene.hung)).toBe(1);
  await expectOnlyItsEnd(scene);
});

test("one whose renderer isn't known at all is ended all the same", async () => {
  const scene = await hanging(async () => {});
  expect(killRenderersOf(scene.hung)).toBe(0);
  await expectOnlyItsEnd(scene);
});
