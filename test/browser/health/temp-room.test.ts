import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { TempRoom } from "../../../functions/browser/health/temp-room.ts";
import type { PooledBrowser } from "../../../functions/browser/pooled-browser.ts";
import { openPool, request, temporaryFolder } from "../browser/pool-fixture.ts";
import { openBrowser } from "./open-browser.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };
const BUDGET = { tempReserveMiB: 100, tempPerContextMiB: 8, tempBrowserMaxMiB: 256 };

test("there is enough when the reserve and one more context fit in", async () => {
  const tempDir = await temporaryFolder();
  const room = (tempReserveMiB: number) =>
    new TempRoom({ settings: { ...BUDGET, tempDir, tempReserveMiB }, browsers: () => [], retire: () => {} });
  const roomy = room(0);
  expect(roomy.use()).toEqual({ freeMiB: undefined, enough: true });
  await roomy.look();
  const { freeMiB = 0 } = roomy.use();
  expect(freeMiB).toBeGreaterThan(0);
  const tight = room(freeMiB * 2);
  await tight.look();
  expect(tight.use().enough).toBe(false);
});

test("a folder that isn't there says nothing, and stops nobody", async () => {
  const settings = { ...BUDGET, tempDir: "/nowhere/at/all" };
  const room = new TempRoom({ settings, browsers: () => [], retire: () => {} });
  await room.look();
  expect(room.use()).toEqual({ freeMiB: undefined, enough: true });
});

test("a browser is told by its own folder, and only when that is over the budget", async () => {
  const { browser } = await openBrowser(1);
  const retired: PooledBrowser[] = [];
  const retire = (one: PooledBrowser) => void retired.push(one);
  const settings = { ...BUDGET, tempDir: "/tmp", tempBrowserMaxMiB: 32 };
  const room = new TempRoom({ settings, browsers: () => [browser], retire });
  await room.look();
  expect(retired).toEqual([]);
  await writeFile(join(browser.running.folder ?? "", "user-data", "cache"), Buffer.alloc(40 * 1_048_576, 1));
  await room.look();
  expect(retired).toEqual([browser]);
});

test("in a pool it is replaced first, its lease goes on, and its folder goes with it", async () => {
  const { pool, tempDir, event, foldersLeft } = await openPool({ pristine: NONE, tempBrowserMaxMiB: 32 });
  const lease = await pool.leaseContext(request());
  await expect.poll(() => pool.processes.tempRoom().freeMiB).toBeGreaterThan(0);
  const watch = pool.watch();
  const [folder = ""] = await foldersLeft();
  await writeFile(join(tempDir, folder, "cache"), Buffer.alloc(40 * 1_048_576, 1));
  expect(await event("browser-retired")).toMatchObject({ browser: "browser-1", reason: "temp" });
  expect(pool.status().current?.id).toBe("browser-2");
  expect(await lease.page.evaluate(() => 1 + 1)).toBe(2);
  await lease.release();
  await event("browser-closed");
  const left = await foldersLeft();
  expect(left).toHaveLength(1);
  expect(left).not.toContain(folder);
  await watch.stop();
});
