import { expect, test } from "vitest";

import { externalChrome } from "./external-chrome.ts";
import { openPool, request } from "./pool-fixture.ts";
import { openTenantSite } from "./tenant-site.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };

test("an attached browser is used and left running; two pools on it don't see each other's contexts", async () => {
  const chrome = await externalChrome();
  const { origin } = await openTenantSite();
  const [one, other] = await Promise.all([
    openPool({ endpoint: chrome.endpoint }),
    openPool({ endpoint: chrome.endpoint }),
  ]);
  const leases = await Promise.all([one, other].map(({ pool }) => pool.leaseContext(request())));
  for (const { pool, foldersLeft } of [one, other]) {
    expect(pool.status()).toMatchObject({ phase: "up", rung: "attached", contexts: { leased: 1 } });
    expect(pool.status().current?.pid).toBeUndefined();
    expect(await foldersLeft()).toEqual([]);
  }
  const [first, second] = leases;
  await first?.page.goto(origin);
  await first?.page.evaluate(() => localStorage.setItem("tenant", "one"));
  await second?.page.goto(origin);
  expect(await second?.page.evaluate(() => localStorage.getItem("tenant"))).toBeNull();

  await one.pool.close();
  expect(first?.state().kind).toBe("ended");
  expect(second?.state().kind).toBe("leased");
  expect(await second?.page.evaluate(() => 1 + 1)).toBe(2);
  expect(chrome.isRunning()).toBe(true);
});

test("an attached browser that dies loses its leases", async () => {
  const chrome = await externalChrome();
  const { pool, event } = await openPool({ endpoint: chrome.endpoint });
  const lease = await pool.leaseContext(request());
  await chrome.kill();
  expect(await lease.lost).toMatchObject({ what: "browser" });
  expect(await event("launch-failed")).toMatchObject({ failures: [{ rung: "attached" }] });
  await expect(pool.leaseContext(request())).rejects.toThrow("No browser: attached");
});

test("what the launched browser has no room for goes to the overflow browser, which is left when it isn't needed", async () => {
  const chrome = await externalChrome();
  const { pool, events } = await openPool({ pristine: NONE, contextLimit: 1, overflowEndpoint: chrome.endpoint });
  const here = await pool.leaseContext(request());
  const there = await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  expect(there.map(({ context }) => context.browser() === here.context.browser())).toEqual([false, false]);
  expect(pool.status()).toMatchObject({
    contexts: { leased: 3 },
    current: { contexts: { leased: 1 } },
    others: [{ rung: "attached", contexts: { leased: 2 } }],
  });

  await Promise.all(there.map((lease) => lease.release()));
  await pool.settled();
  await expect.poll(() => pool.status().others).toEqual([]);
  await here.release();
  const again = await pool.leaseContext(request());
  expect(again.context.browser()).toBe(here.context.browser());
  expect(events.filter(({ kind }) => kind === "browser-launched")).toHaveLength(2);
  expect(chrome.isRunning()).toBe(true);
});

test("without an overflow browser the next lease waits for room", async () => {
  const { pool } = await openPool({ pristine: NONE, contextLimit: 1 });
  const first = await pool.leaseContext(request());
  const given: string[] = [];
  const second = pool.leaseContext(request()).then((lease) => given.push(lease.id));
  const impatient = new AbortController();
  const third = pool.leaseContext(request({ signal: impatient.signal }));
  impatient.abort(new Error("no time"));
  await expect(third).rejects.toThrow("no time");
  expect(given).toEqual([]);
  await first.release();
  await second;
  expect(given).toHaveLength(1);
});
