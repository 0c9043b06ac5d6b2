import { readdir } from "node:fs/promises";

import { expect, test } from "vitest";

import type { ContextLease } from "../../../functions/browser/context-lease.ts";
import { openPool, pidOf, request, type PoolFixture } from "../browser/pool-fixture.ts";
import { openHostileSite, type HostileSite } from "./hostile-site.ts";
import { renderersOf } from "./renderers.ts";

interface Meanwhile {
  readonly lease: ContextLease;
  readonly site: HostileSite;
  readonly fixture: PoolFixture;
  /** What the navigation to the page ended in; undefined: it went well. */
  readonly navigation: Promise<string | undefined>;
}

interface Hostility {
  readonly path: string;
  /** What more must be so while the page does its worst. */
  readonly meanwhile?: (now: Meanwhile) => Promise<void>;
  /** Its own page may be lost to it, its neighbours' never. */
  readonly mayLoseItself?: boolean;
}

const HOSTILITIES: readonly Hostility[] = [
  { path: "/endless-loop" },
  { path: "/dialogs" },
  {
    path: "/stays",
    meanwhile: async ({ lease, site }) => {
      // A page may only ask to stay after somebody has touched it.
      await lease.page.click("button");
      await lease.page.goto(`${site.origin}/quiet`);
      expect(await lease.page.title()).toBe("quiet");
    },
  },
  { path: "/popups", meanwhile: fewPages, mayLoseItself: true },
  { path: "/hidden-popups", meanwhile: fewPages, mayLoseItself: true },
  { path: "/popup-loop", meanwhile: fewPages, mayLoseItself: true },
  {
    path: "/download",
    meanwhile: async ({ navigation, fixture }) => {
      expect(await navigation).toMatch(/download/iu);
      const files = await readdir(fixture.tempDir, { recursive: true });
      expect(files.filter((file) => /loot|crdownload|playwright-artifacts.*\/.+/u.test(file))).toEqual([]);
    },
  },
  {
    path: "/redirects",
    meanwhile: async ({ navigation }) => expect(await navigation).toContain("ERR_TOO_MANY_REDIRECTS"),
  },
  { path: "/endless-body" },
  { path: "/two-gigabytes" },
  { path: "/console", mayLoseItself: true },
  { path: "/errors", mayLoseItself: true },
  { path: "/frames" },
  { path: "/hangs-on-close" },
];

/** What the worst of them may make this process take for a moment. */
const OWN_GROWTH_MIB = 250;

async function fewPages({ lease }: Meanwhile): Promise<void> {
  expect(lease.context.pages().length).toBeLessThanOrEqual(20);
}

test.each(HOSTILITIES)(
  "$path: neighbours answer, the slot comes back, the browser lives",
  async (hostility) => {
    const site = await openHostileSite();
    const fixture = await openPool({ pristine: { default: 0, stealth: 0, mobile: 0 } });
    const { pool, events } = fixture;
    const neighbours = await Promise.all([1, 2].map(() => pool.leaseContext(request())));
    await Promise.all(neighbours.map(({ page }) => page.goto(`${site.origin}/quiet`)));
    const group = pidOf(pool);
    const contextsBefore = neighbours[0]?.context.browser()?.contexts().length;
    const watch = pool.watch();
    const memoryBefore = process.memoryUsage.rss();

    const lease = await pool.leaseContext(request());
    const navigation = lease.page.goto(`${site.origin}${hostility.path}`, { timeout: 40_000 }).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    await site.begun();
    for (let round = 0; round < 3; round += 1) {
      for (const { page } of neighbours) {
        await page.goto(`${site.origin}/quiet?${round}`, { timeout: 40_000 });
        expect(await page.evaluate(() => document.readyState)).toBeTruthy();
      }
    }
    await hostility.meanwhile?.({ lease, site, fixture, navigation });
    const { kind } = lease.state();
    expect(hostility.mayLoseItself === true || kind === "leased").toBe(true);

    expect((process.memoryUsage.rss() - memoryBefore) / 1_048_576).toBeLessThan(OWN_GROWTH_MIB);
    await lease.release();
    await navigation;
    expect(neighbours.map((neighbour) => neighbour.state().kind)).toEqual(["leased", "leased"]);
    expect(pool.status()).toMatchObject({ launches: 1, crashes: 0, others: [], contexts: { leased: 2, closing: 0 } });
    expect(neighbours[0]?.context.browser()?.contexts().length).toBe(contextsBefore);
    await expect.poll(async () => (await renderersOf(group)).length, { timeout: 30_000 }).toBeLessThanOrEqual(2);
    await expect.poll(() => site.streams, { timeout: 10_000 }).toBe(0);
    expect(events.filter((event) => event.kind.startsWith("browser-")).map((event) => event.kind)).toEqual([
      "browser-launched",
    ]);
    const next = await pool.leaseContext(request());
    expect(await next.page.evaluate(() => 1 + 1)).toBe(2);
    await watch.stop();
  },
  120_000,
);
