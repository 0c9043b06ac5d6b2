import { expect, test } from "vitest";

import type { ContextLease, CookieWatch } from "../../../functions/browser/context-lease.ts";
import { openPool, request, type PoolFixture } from "./pool-fixture.ts";
import { openStateSite, setting } from "./state-site.ts";

interface Watched {
  readonly watch: CookieWatch;
  readonly told: readonly Readonly<Record<string, string>>[];
  /** How often cookies were read. */
  readonly reads: () => number;
  /** Settles when this cookie has this value, or is gone. */
  readonly tells: (name: string, value: string | undefined) => Promise<void>;
}

function watched(lease: ContextLease): Watched {
  const told: Record<string, string>[] = [];
  let reads = 0;
  const listeners = new Set<() => void>();
  const read = lease.context.cookies.bind(lease.context);
  lease.context.cookies = (...urls) => {
    reads += 1;
    return read(...urls);
  };
  const watch = lease.watchCookies((cookies) => {
    told.push(Object.fromEntries(cookies.map(({ name, value }) => [name, value])));
    for (const listener of listeners) listener();
  }, 20);
  const tells: Watched["tells"] = (name, value) =>
    new Promise((resolve) => {
      const look = () => {
        const last = told.at(-1);
        if (!last || last[name] !== value) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  return { watch, told, reads: () => reads, tells };
}

async function open() {
  const site = await openStateSite();
  const fixture: PoolFixture = await openPool();
  const lease = await fixture.pool.leaseContext(request());
  return { site, fixture, lease, page: lease.page, ...watched(lease) };
}

test("a cookie set or changed by a document, a redirect, a fetch, a frame, a worker or a popup is told", async () => {
  const { site, page, tells, told } = await open();
  await page.goto(`${site.origin}${setting("/", "id=document; Path=/")}`);
  await tells("id", "document");
  await page.goto(`${site.origin}${setting("/", "id=redirect; Path=/")}&to=/landed`);
  await tells("id", "redirect");
  await page.evaluate(async (path) => void (await fetch(path)), setting("/", "id=fetch; Path=/; HttpOnly"));
  await tells("id", "fetch");
  await page.goto(
    `${site.origin}/?frame=${encodeURIComponent(site.otherOrigin + setting("/", "framed=1; SameSite=None; Secure"))}`,
  );
  await tells("framed", "1");
  await page.evaluate(
    (path) => {
      const code = `fetch(${JSON.stringify(new URL(path, location.href).href)}, { credentials: "include" })`;
      new Worker(URL.createObjectURL(new Blob([code])));
    },
    setting("/", "id=worker; Path=/"),
  );
  await tells("id", "worker");
  await page.evaluate((path) => void window.open(path, "_blank", "noopener"), setting("/", "id=popup; Path=/"));
  await tells("id", "popup");
  await page.goto(`${site.origin}${setting("/", "id=; Path=/; Max-Age=0")}`);
  await tells("id", undefined);
  await page.goto(`${site.otherOrigin}/?clear`);
  await tells("framed", undefined);
  expect(told.at(-1)).toEqual({});
});

test("every page of the context is seen, and none of another context", async () => {
  const { site, lease, fixture, told, tells } = await open();
  const second = await lease.leasePage(request());
  await second.page.goto(`${site.origin}${setting("/", "id=second; Path=/")}`);
  await tells("id", "second");
  const before = told.length;
  const foreign = await fixture.pool.leaseContext(request());
  await foreign.page.goto(`${site.origin}${setting("/", "id=foreign; Path=/")}`);
  await second.page.goto(`${site.origin}${setting("/", "last=1; Path=/")}`);
  await tells("last", "1");
  expect(told.slice(before)).toEqual([{ id: "second", last: "1" }]);
});

test("nothing is read while no answer sets a cookie, and nothing told that is the same", async () => {
  const { site, page, watch, reads, told } = await open();
  await page.goto(site.origin);
  await page.evaluate(async () => void (await Promise.all([fetch("/a"), fetch("/b")])));
  await page.goto(site.otherOrigin);
  expect([reads(), told]).toEqual([1, []]);
  await watch.stop();
  expect([reads(), told]).toEqual([2, []]);
});

test("what a script sets is noticed with the next read, at the latest at the stop, which is told once", async () => {
  const { site, page, watch, told, tells } = await open();
  await page.goto(`${site.origin}${setting("/", "id=1; Path=/")}`);
  await tells("id", "1");
  await page.evaluate(() => (document.cookie = "script=2"));
  await Promise.all([watch.stop(), watch.stop()]);
  expect(told.at(-1)).toEqual({ id: "1", script: "2" });
  const before = told.length;
  await page.goto(`${site.origin}${setting("/", "late=3")}`);
  await watch.stop();
  expect(told).toHaveLength(before);
});

test("it ends with its lease, whose end it neither delays nor outlives; a listener's error is its own", async () => {
  const { site, fixture, lease, page, watch, reads } = await open();
  lease.watchCookies(() => {
    throw new Error("the listener's");
  }, 10);
  await page.goto(`${site.origin}${setting("/", "id=1; Path=/")}`);
  await page.goto(`${site.origin}${setting("/", "id=2; Path=/")}`);
  await lease.release();
  const before = reads();
  await watch.stop();
  expect(reads()).toBe(before);
  await lease.watchCookies(() => {}, 10).stop();
  expect(fixture.complaints).toEqual([]);
});
