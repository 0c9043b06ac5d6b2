import { expect, test } from "vitest";

import { openPool, request } from "./pool-fixture.ts";

test("the first lease is cold, the next ones take what was made ahead, and what is taken is made again", async () => {
  const { pool } = await openPool({ pristine: { default: 2, stealth: 0, mobile: 0 } });
  const cold = await pool.leaseContext(request());
  expect(cold.allocation.temperature).toBe("cold");
  await pool.settled();
  expect(pool.status().contexts).toMatchObject({ pristine: 2, leased: 1 });

  const hot = await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  expect(hot.map(({ allocation }) => allocation.temperature)).toEqual(["hot", "hot"]);
  await pool.settled();
  expect(pool.status().contexts).toMatchObject({ pristine: 2, leased: 3, opening: 0 });
});

test("with none ready of its profile, a context is opened on demand", async () => {
  const { pool } = await openPool({ pristine: { default: 0, stealth: 0, mobile: 1 } });
  await pool.start();
  await pool.settled();
  const [first, second, mobile] = await Promise.all([
    pool.leaseContext(request()),
    pool.leaseContext(request()),
    pool.leaseContext(request({ profile: "mobile" })),
  ]);
  expect([first, second, mobile].map(({ allocation }) => allocation.temperature)).toEqual(["warm", "warm", "hot"]);
});

test("no tenant's context is ever another's", async () => {
  const { pool } = await openPool();
  await pool.start();
  const seen = new Set<unknown>();
  for (let round = 0; round < 5; round += 1) {
    const leases = await Promise.all([1, 2, 3].map(() => pool.leaseContext(request())));
    for (const { context, page } of leases) {
      expect(page.url()).toBe("about:blank");
      seen.add(context);
    }
    await Promise.all(leases.map((lease) => lease.release()));
  }
  expect(seen.size).toBe(15);
});

test("a pristine context whose renderer dies is replaced, and never handed out", async () => {
  const { pool, event } = await openPool({ pristine: { default: 1, stealth: 0, mobile: 0 } });
  const first = await pool.leaseContext(request());
  await pool.settled();
  const browser = first.context.browser();
  const idle = browser?.contexts().find((context) => context !== first.context && context.pages().length > 0);
  await idle
    ?.pages()[0]
    ?.goto("chrome://crash")
    .catch(() => {});
  expect(await event("renderer-died")).toMatchObject({ leased: false });

  const next = await pool.leaseContext(request());
  expect(next.context).not.toBe(idle);
  expect(await next.page.evaluate(() => 1 + 1)).toBe(2);
  await pool.settled();
  expect(pool.status().contexts).toMatchObject({ pristine: 1, leased: 2 });
});

test("a lease that comes while a context is being opened to be kept ready takes that one", async () => {
  const { pool } = await openPool({ pristine: { default: 1, stealth: 0, mobile: 0 } });
  await pool.start();
  expect(pool.status().contexts).toMatchObject({ opening: 1, pristine: 0 });
  const lease = await pool.leaseContext(request());
  expect(lease.allocation.temperature).toBe("warm");
  expect(await lease.page.evaluate(() => 1 + 1)).toBe(2);
  await pool.settled();
  // One for the lease and one kept ready; another opened for the lease would be a third.
  expect(pool.status()).toMatchObject({ current: { uses: 2 }, contexts: { leased: 1, pristine: 1 } });
});

test("while leases wait for contexts, none is opened to be kept ready", async () => {
  const { pool } = await openPool({ pristine: { default: 2, stealth: 0, mobile: 0 } });
  const waiting = [1, 2, 3, 4].map(() => pool.leaseContext(request()));
  await Promise.race(waiting);
  const { opening, leased, pristine } = pool.status().contexts;
  expect(opening + leased + pristine).toBe(4);
  await Promise.all(waiting);
  await pool.settled();
  expect(pool.status().contexts).toMatchObject({ leased: 4, pristine: 2 });
});
