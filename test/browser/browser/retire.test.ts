import { expect, test } from "vitest";

import { PoolClosed } from "../../../functions/browser/launch-failures.ts";
import { liveMembers } from "../../../functions/browser/process-group.ts";
import { openPool, pidOf, request } from "./pool-fixture.ts";
import { wrappedChromium } from "./wrapped-chromium.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };

test("a browser retires after its uses: replacement first, no lease fails, the old one closes after its last lease", async () => {
  const { pool, events, event, foldersLeft } = await openPool({ pristine: NONE, retireAfterUses: 5 });
  const held = await pool.leaseContext(request());
  const first = pidOf(pool);
  for (let round = 0; round < 12; round += 1) {
    const lease = await pool.leaseContext(request());
    expect(await lease.page.evaluate(() => 1 + 1)).toBe(2);
    await lease.release();
  }
  expect(await event("browser-retired")).toMatchObject({ reason: "uses" });
  expect(events[0]?.kind).toBe("browser-launched");
  expect(events[1]?.kind).toBe("browser-launched");
  expect(pidOf(pool)).not.toBe(first);
  expect(pool.status()).toMatchObject({ lastReplaceReason: "uses", crashes: 0 });

  expect(await held.page.evaluate(() => 1 + 1)).toBe(2);
  expect((await liveMembers(first)).length).toBeGreaterThan(0);
  await held.release();
  await expect.poll(() => liveMembers(first), { timeout: 10_000 }).toEqual([]);
  await pool.settled();
  await expect.poll(foldersLeft).toHaveLength(1);
  expect(events.some(({ kind }) => kind === "browser-died" || kind === "browser-condemned")).toBe(false);
});

test("a browser retires at its age", async () => {
  let aheadMs = 0;
  const clock = { wallMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() + aheadMs };
  const { pool, event } = await openPool({ pristine: NONE, retireAfterAgeMs: 60_000 }, clock);
  await (await pool.leaseContext(request())).release();
  aheadMs = 61_000;
  await (await pool.leaseContext(request())).release();
  expect(await event("browser-retired")).toMatchObject({ reason: "age" });
});

test("a jump of the wall clock against the monotonic one is reported", async () => {
  let jumpMs = 0;
  const clock = { wallMs: () => Date.now() + jumpMs, monotonicMs: () => performance.now() };
  const { pool } = await openPool({ pristine: NONE }, clock);
  await pool.start();
  expect(Math.abs((await pool.thawCheck()).clockJumpMs)).toBeLessThan(1_000);
  jumpMs = 600_000;
  expect(Math.abs((await pool.thawCheck()).clockJumpMs - 600_000)).toBeLessThan(1_000);
  expect(Math.abs((await pool.thawCheck()).clockJumpMs)).toBeLessThan(1_000);
});

test("on rung one-slot each tenant has a browser of its own, one at a time", async () => {
  const { pool, events } = await openPool({
    chromiumDir: await wrappedChromium('case "$*" in *--in-process-gpu*) exec "$CHROMIUM" "$@";; *) exit 1;; esac'),
  });
  expect(await pool.start()).toMatchObject({ rung: "one-slot", slotLimit: 1 });
  expect(pool.status().isolationFindings.map(({ rung }) => rung)).toEqual(["zygote", "no-zygote"]);

  const first = await pool.leaseContext(request());
  const firstPid = pidOf(pool);
  let granted = false;
  const waiting = pool.leaseContext(request()).then((lease) => {
    granted = true;
    return lease;
  });
  expect(await first.page.evaluate(() => 1 + 1)).toBe(2);
  expect(granted).toBe(false);
  expect(pool.status().contexts).toMatchObject({ leased: 1, pristine: 0, opening: 0 });
  await first.release();
  const second = await waiting;
  expect(pidOf(pool)).not.toBe(firstPid);
  expect(await second.page.evaluate(() => 1 + 1)).toBe(2);
  await pool.settled();
  expect(await liveMembers(firstPid)).toEqual([]);
  expect(events.filter(({ kind }) => kind === "browser-retired")).toMatchObject([{ reason: "tenant-left" }]);
});

test("a drained pool hands out nothing, closes what waits, and settles with its last lease", async () => {
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  await pool.settled();
  const drained = pool.drain();
  await expect(pool.leaseContext(request())).rejects.toThrow(PoolClosed);
  expect(await lease.page.evaluate(() => 1 + 1)).toBe(2);
  await lease.release();
  await drained;
  expect(pool.status()).toMatchObject({
    phase: "draining",
    contexts: { opening: 0, pristine: 0, leased: 0, warm: 0, closing: 0 },
  });
});

test("close ends everything, whatever is under way", async () => {
  const { pool, foldersLeft } = await openPool({ openDeadlineMs: 600_000 });
  const lease = await pool.leaseContext(request());
  const group = pidOf(pool);
  // Playwright leaves calls unanswered whose browser goes: the deadline above would outlast the test.
  const waiting = [1, 2, 3, 4].map(() => pool.leaseContext(request({ profile: "mobile" })).catch(() => "refused"));
  await Promise.all([pool.close(), pool.close()]);
  await Promise.all(waiting);
  expect(lease.state().kind).toBe("ended");
  expect(await liveMembers(group)).toEqual([]);
  expect(await foldersLeft()).toEqual([]);
  expect(pool.status().phase).toBe("closed");
  await expect(pool.leaseContext(request())).rejects.toThrow(PoolClosed);
});

test("close in the middle of a launch leaves nothing", async () => {
  const { pool, foldersLeft } = await openPool();
  const starting = pool.start();
  await pool.close();
  await starting;
  expect(await foldersLeft()).toEqual([]);
  expect(pool.status()).toMatchObject({ phase: "closed", rung: "none" });
});
