import { expect, test } from "vitest";

import { TEXT_ONLY } from "../../../functions/core/job/resource-policy.ts";
import { openPool, request } from "./pool-fixture.ts";
import { openTenantSite } from "./tenant-site.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };

test("a released context waits for its own key and for no other", async () => {
  const { origin } = await openTenantSite();
  const { pool } = await openPool({ affinityTtlMs: 60_000, pristine: NONE });
  const first = await pool.leaseContext(request({ affinityKey: "shop" }));
  await first.page.goto(origin);
  await first.page.evaluate(() => {
    document.cookie = "seen=1";
    window.open("/popup");
  });
  await first.release();
  expect(pool.status().contexts).toMatchObject({ leased: 0, warm: 1 });

  const others = await Promise.all([
    pool.leaseContext(request({ affinityKey: "other" })),
    pool.leaseContext(request()),
    pool.leaseContext(request({ affinityKey: "shop", profile: "mobile" })),
    pool.leaseContext(request({ affinityKey: "shop", resources: TEXT_ONLY })),
  ]);
  expect(others.filter(({ context }) => context === first.context)).toEqual([]);

  const again = await pool.leaseContext(request({ affinityKey: "shop" }));
  expect(again.context).toBe(first.context);
  expect(again.allocation.temperature).toBe("hot");
  expect(again.id).not.toBe(first.id);
  expect(again.context.pages().map((page) => page.url())).toEqual(["about:blank"]);
  await again.page.goto(origin);
  expect(await again.page.evaluate(() => document.cookie)).toBe("seen=1");
});

test("a context that is given back while the pool drains isn't kept, and the drain ends", async () => {
  const { pool } = await openPool({ affinityTtlMs: 600_000, pristine: NONE });
  const lease = await pool.leaseContext(request({ affinityKey: "shop" }));
  const released = lease.release();
  await Promise.all([pool.drain(), released]);
  expect(pool.status().contexts).toMatchObject({ leased: 0, warm: 0, closing: 0 });
});

test("what the last holder hung on the page is gone", async () => {
  const { origin } = await openTenantSite();
  const { pool } = await openPool({ affinityTtlMs: 60_000, pristine: NONE });
  const first = await pool.leaseContext(request({ affinityKey: "shop" }));
  let heard = 0;
  first.page.on("response", () => {
    heard += 1;
  });
  await first.page.goto(origin);
  expect(heard).toBe(1);
  await first.release();
  const again = await pool.leaseContext(request({ affinityKey: "shop" }));
  expect(again.page).toBe(first.page);
  await again.page.goto(origin);
  expect(heard).toBe(1);
  // The pool's own ears stay.
  await again.page.goto("chrome://crash").catch(() => {});
  expect(await again.lost).toMatchObject({ what: "renderer" });
});

test("its time over, it is closed; unhealthy or worn, it isn't kept", async () => {
  const { pool } = await openPool({ affinityTtlMs: 300, affinityMaxUses: 2, pristine: NONE });
  const key = request({ affinityKey: "shop" });
  const first = await pool.leaseContext(key);
  await first.release();
  expect(pool.status().contexts.warm).toBe(1);
  await expect.poll(() => pool.status().contexts, { timeout: 5_000 }).toMatchObject({ warm: 0, closing: 0 });

  const second = await pool.leaseContext(key);
  expect(second.context).not.toBe(first.context);
  await second.release({ unhealthy: "blocked by the site" });
  expect(second.state()).toMatchObject({ reason: "released", detail: "blocked by the site" });
  expect(pool.status().contexts.warm).toBe(0);

  const third = await pool.leaseContext(key);
  await third.release();
  const fourth = await pool.leaseContext(key);
  expect(fourth.context).toBe(third.context);
  await fourth.release();
  expect(pool.status().contexts.warm).toBe(0);
});

test("few wait: the one that waits longest goes first", async () => {
  const { pool } = await openPool({ affinityTtlMs: 60_000, affinityMaxContexts: 2, pristine: NONE });
  const leases = await Promise.all(["a", "b", "c"].map((affinityKey) => pool.leaseContext(request({ affinityKey }))));
  for (const lease of leases) await lease.release();
  await pool.settled();
  expect(pool.status().contexts.warm).toBe(2);
  const again = await Promise.all(["a", "b", "c"].map((affinityKey) => pool.leaseContext(request({ affinityKey }))));
  expect(again.map(({ context }, index) => context === leases[index]?.context)).toEqual([false, true, true]);
});

test("without a TTL nothing is kept", async () => {
  const { pool } = await openPool({ affinityTtlMs: 0 });
  const lease = await pool.leaseContext(request({ affinityKey: "shop" }));
  await lease.release();
  expect(pool.status().contexts).toMatchObject({ leased: 0, warm: 0 });
});
