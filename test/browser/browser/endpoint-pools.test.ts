import { join } from "node:path";

import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";

import { DEFAULT_BROWSER_SETTINGS, type BrowserSettings } from "../../../functions/browser/browser-settings.ts";
import { EndpointPools } from "../../../functions/browser/endpoint-pools.ts";
import { BrowserUnavailable, PoolClosed } from "../../../functions/browser/launch-failures.ts";
import type { Log } from "../../../functions/core/logging/log.ts";
import { externalChrome } from "./external-chrome.ts";
import { chromiumDir, request, seededRandom, temporaryFolder } from "./pool-fixture.ts";
import { openStateSite, setting } from "./state-site.ts";

const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function openPools(limit?: number, changes: Partial<BrowserSettings> = {}): Promise<EndpointPools> {
  const tempDir = await temporaryFolder();
  const settings = { ...DEFAULT_BROWSER_SETTINGS, chromiumDir: "/nowhere", tempDir, ...changes };
  const pools = new EndpointPools({ settings, log: silentLog, random: seededRandom(3) }, limit);
  onTestFinished(() => pools.close());
  return pools;
}

test("each endpoint has one pool, attached on first use; closing leaves the browsers running", async () => {
  const [one, other] = await Promise.all([externalChrome(), externalChrome()]);
  const pools = await openPools();
  expect(pools.get(one.endpoint)).toBe(pools.get(one.endpoint));
  const here = await pools.get(one.endpoint).leaseContext(request());
  const there = await pools.get(other.endpoint).leaseContext(request());
  expect(here.context.browser()).not.toBe(there.context.browser());
  // Nothing is opened ahead in a browser that isn't ours.
  await pools.settled();
  expect(pools.get(one.endpoint).status()).toMatchObject({ rung: "attached", contexts: { pristine: 0, leased: 1 } });
  await pools.close();
  expect([here.state(), there.state()]).toMatchObject([{ kind: "ended" }, { kind: "ended" }]);
  expect([one.isRunning(), other.isRunning()]).toEqual([true, true]);
  expect(() => pools.get(one.endpoint)).toThrow(PoolClosed);
});

test("a watch finds those that hang, also one that was attached after it began, and leaves the others alone", async () => {
  const chromes = await Promise.all([externalChrome(), externalChrome(), externalChrome()]);
  const pools = await openPools(3, { pingEveryMs: 50, pingDeadlineMs: 1_000, launchDeadlineMs: 3_000 });
  const lease = (index: number) => pools.get(chromes[index]?.endpoint ?? "").leaseContext(request());
  const before = await lease(0);
  const watch = pools.watch();
  const [after, sound] = await Promise.all([lease(1), lease(2)]);
  for (const chrome of chromes.slice(0, 2)) process.kill(chrome.pid, "SIGSTOP");
  const losses = await Promise.all([before.lost, after.lost]);
  expect(losses).toMatchObject([{ what: "browser" }, { what: "browser" }]);
  expect(await sound.page.evaluate(() => 1 + 1)).toBe(2);
  expect(sound.state().kind).toBe("leased");
  // Nobody else's browser is ended: they are only let go.
  expect(chromes.map((chrome) => chrome.isRunning())).toEqual([true, true, true]);
  await watch.stop();
});

test("one that nobody uses makes room; one in use never does", async () => {
  const chromes = await Promise.all([externalChrome(), externalChrome(), externalChrome()]);
  const [first, second, third] = chromes.map(({ endpoint }) => endpoint) as [string, string, string];
  const pools = await openPools(2);
  const held = await pools.get(first).leaseContext(request());
  const idle = pools.get(second);
  await (await idle.leaseContext(request())).release();
  const next = await pools.get(third).leaseContext(request());
  await pools.settled();
  expect(idle.status().phase).toBe("closed");
  expect(await held.page.evaluate(() => 1 + 1)).toBe(2);
  expect(() => pools.get(second)).toThrow(BrowserUnavailable);
  await next.release();
  await (await pools.get(second).leaseContext(request())).release();
});

test("a Playwright server's browser gives and takes state too, and its cookies are watched", async () => {
  const directory = chromiumDir();
  const server = await chromium.launchServer({
    executablePath: join(directory, "chromium"),
    host: "127.0.0.1",
    env: { ...process.env, LD_LIBRARY_PATH: join(directory, "lib"), FONTCONFIG_PATH: directory },
  });
  onTestFinished(() => server.close());
  const site = await openStateSite();
  const pools = await openPools();
  const pool = pools.get(`playwright+${server.wsEndpoint()}`);
  const lease = await pool.leaseContext(request());
  const changed = Promise.withResolvers<unknown>();
  const watch = lease.watchCookies((cookies) => changed.resolve(cookies), 10);
  const page = await lease.leasePage(request());
  await page.page.goto(`${site.origin}${setting("/", "a=1; Path=/")}`);
  await page.page.evaluate(() => sessionStorage.setItem("b", "2"));
  expect(await changed.promise).toMatchObject([{ name: "a", value: "1" }]);
  await watch.stop();
  const state = await page.readState();
  const next = await pool.leaseContext(request());
  await next.applyState(state);
  expect(await next.readState()).toEqual(state);
  await next.page.goto(`${site.origin}/cookie`);
  expect(await next.page.textContent("body")).toBe("a=1");
  expect(await next.page.evaluate(() => sessionStorage.getItem("b"))).toBe("2");
});
