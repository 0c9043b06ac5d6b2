import { getEventListeners, type EventEmitter } from "node:events";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { LeaseOver, type ContextLease } from "../../../functions/browser/context-lease.ts";
import { EVERYTHING, TEXT_ONLY } from "../../../functions/core/job/resource-policy.ts";
import { openPool, pidOf, request } from "./pool-fixture.ts";
import { openStateSite, setting } from "./state-site.ts";
import { wrappedChromium } from "./wrapped-chromium.ts";

const pagesOf = (lease: ContextLease, count: number) =>
  Promise.all(Array.from({ length: count }, () => lease.leasePage(request())));

const works = ({ page }: ContextLease) => page.evaluate(() => 1 + 1).catch(() => "gone");

async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  // Never answered: the renderer that would is gone.
  session.send("Page.crash").catch(() => {});
}

test("pages of one context have its cookies, and a release closes the page with the popups that it opened", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  await lease.page.goto(`${site.origin}${setting("/", "login=1; Path=/")}`);
  const [one, other] = await pagesOf(lease, 2);
  expect(one!.allocation.temperature).toBe("warm");
  expect(one!.allocation.ms).toBeGreaterThan(0);
  expect(new Set([lease, one!, other!].flatMap(({ id, page }) => [id, page])).size).toBe(6);
  await Promise.all([one!, other!].map(({ page }) => page.goto(`${site.origin}/cookie`)));
  expect(await other!.page.textContent("body")).toBe("login=1");
  const popup = await Promise.all([
    one!.page.waitForEvent("popup"),
    one!.page.evaluate(() => void window.open("/a", "_blank", "noopener")),
  ]).then(([opened]) => opened);
  await Promise.all([popup.waitForEvent("popup"), popup.evaluate(() => void window.open("/b"))]);
  expect(lease.context.pages()).toHaveLength(5);

  await Promise.all([one!.release(), one!.release({ unhealthy: "late" })]);
  expect(one!.state()).toEqual({ kind: "ended", reason: "released" });
  expect(lease.context.pages()).toEqual([lease.page, other!.page]);
  expect([await works(lease), await works(other!)]).toEqual([2, 2]);
  expect(pool.status().contexts.leased).toBe(1);
});

test("identity and blocked resources hold in each page, and a later policy replaces the first", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request({ profile: "mobile", resources: TEXT_ONLY }));
  const another = await lease.leasePage(request());
  const identity = (page: Page) =>
    page.evaluate(() => [navigator.userAgent, navigator.platform, navigator.language, innerWidth]);
  await Promise.all([lease.page.goto(site.origin), another.page.goto(site.origin)]);
  expect(await identity(another.page)).toEqual(await identity(lease.page));
  const image = async (page: Page, path: string) => {
    await page.evaluate(
      async (source) => new Image().decode.call(Object.assign(new Image(), { src: source })).catch(() => {}),
      path,
    );
    return site.requests.includes(`127.0.0.1 ${path}`);
  };
  expect(await image(another.page, "/first.png")).toBe(false);
  await another.setResources(EVERYTHING);
  expect([await image(another.page, "/second.png"), await image(lease.page, "/third.png")]).toEqual([true, true]);
  const later = await lease.leasePage(request());
  await later.page.goto(site.origin);
  expect(await image(later.page, "/fourth.png")).toBe(true);
});

test("a page whose renderer dies is told, and no other", async () => {
  const site = await openStateSite();
  const { pool, events } = await openPool();
  const lease = await pool.leaseContext(request());
  const pages = await pagesOf(lease, 3);
  await Promise.all(pages.map(({ page }) => page.goto(site.origin)));
  await crash(pages[1]!.page);
  expect(await pages[1]!.lost).toMatchObject({ what: "renderer" });
  expect(pages.map((page) => page.state().kind)).toEqual(["leased", "ended", "leased"]);
  expect([await works(pages[0]!), await works(pages[2]!), await works(lease)]).toEqual([2, 2, 2]);
  await pages[1]!.release();
  expect(lease.context.pages()).toHaveLength(3);
  expect(events.map(({ kind }) => kind)).toEqual(["browser-launched"]);
});

test("the first page's renderer dies: its lease ends, the others work on, and the context goes with the last of them", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const [one, other] = await pagesOf(lease, 2);
  await one!.page.goto(`${site.origin}${setting("/", "a=1")}`);
  await crash(lease.page);
  expect(await lease.lost).toMatchObject({ what: "renderer" });
  expect(lease.state()).toMatchObject({ kind: "ended", reason: "renderer-died" });
  expect([await works(one!), await works(other!)]).toEqual([2, 2]);
  expect((await one!.readState()).cookies).toMatchObject([{ name: "a" }]);
  await expect(lease.leasePage(request())).rejects.toThrow(LeaseOver);
  await one!.release();
  expect(pool.status().contexts.leased).toBe(1);
  await other!.release();
  await expect.poll(() => pool.status().contexts.leased).toBe(0);
});

test("who gives the context back after that ends its pages too", async () => {
  const { pool } = await openPool();
  const ending = new AbortController();
  const leases = await Promise.all([
    pool.leaseContext(request()),
    pool.leaseContext(request({ signal: ending.signal })),
  ]);
  const pages = await Promise.all(leases.map((lease) => lease.leasePage(request())));
  await Promise.all(leases.map(({ page }) => crash(page)));
  await Promise.all(leases.map(({ lost }) => lost));
  await leases[0].release();
  ending.abort();
  await expect.poll(() => pool.status().contexts.leased).toBe(0);
  expect(pages.map((page) => page.state())).toMatchObject([{ reason: "aborted" }, { reason: "aborted" }]);
  expect(getEventListeners(ending.signal, "abort")).toHaveLength(0);
});

test("pages that share a renderer process are each told when it dies", async () => {
  const site = await openStateSite();
  const { pool } = await openPool({
    chromiumDir: await wrappedChromium('exec "$CHROMIUM" --renderer-process-limit=1 "$@"'),
    pristine: { default: 0, stealth: 0, mobile: 0 },
  });
  const lease = await pool.leaseContext(request());
  const pages = await pagesOf(lease, 2);
  const neighbour = await pool.leaseContext(request());
  await Promise.all([...pages, neighbour].map(({ page }) => page.goto(site.origin)));
  await crash(pages[0]!.page);
  expect(await Promise.all(pages.map(({ lost }) => lost))).toMatchObject([{ what: "renderer" }, { what: "renderer" }]);
  // Another context's pages are never in the same process.
  expect(await works(neighbour)).toBe(2);
});

test("a killed browser is told to each page", async () => {
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const pages = await pagesOf(lease, 3);
  // Having lost its first page before doesn't hide the browser's death.
  await crash(lease.page);
  await lease.lost;
  process.kill(-pidOf(pool), "SIGKILL");
  const losses = await Promise.all(pages.map(({ lost }) => lost));
  expect(losses).toEqual(
    pages.map(() => ({ what: "browser", detail: "signal SIGKILL", browser: "browser-1", neighbours: 3 })),
  );
  await Promise.all(pages.map((page) => page.release()));
  expect(pool.status().contexts.leased).toBe(0);
});

test("an abort closes its page and no other; one that comes while it opens leaves nothing", async () => {
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const job = new AbortController();
  const [one, other] = [await lease.leasePage({ signal: job.signal }), await lease.leasePage(request())];
  job.abort(new Error("the job is over"));
  expect(one.state()).toEqual({ kind: "ended", reason: "aborted", detail: "the job is over" });
  await expect.poll(() => lease.context.pages()).toEqual([lease.page, other.page]);

  const early = new AbortController();
  const opening = lease.leasePage({ signal: early.signal });
  early.abort(new Error("too late"));
  await expect(opening).rejects.toThrow("too late");
  await expect(lease.leasePage({ signal: early.signal })).rejects.toThrow("too late");
  const next = await lease.leasePage(request());
  await expect.poll(() => lease.context.pages()).toEqual([lease.page, other.page, next.page]);
  expect(getEventListeners(early.signal, "abort")).toHaveLength(0);
});

test("a released context ends its pages, and those that are being opened", async () => {
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const open = await lease.leasePage(request());
  const opening = lease.leasePage(request()).catch((error: unknown) => error);
  await lease.release();
  expect(open.state()).toMatchObject({ kind: "ended", reason: "aborted" });
  expect(await opening).toBeInstanceOf(Error);
  expect(pool.status().contexts.leased).toBe(0);
});

test("a page that won't close is given up and hurts nobody; a browser that doesn't answer either is condemned", async () => {
  const { pool, events, event } = await openPool({ closeDeadlineMs: 300, pingDeadlineMs: 300 });
  const lease = await pool.leaseContext(request());
  const [stuck, well, last] = await pagesOf(lease, 3);
  stuck!.page.close = () => new Promise(() => {});
  await stuck!.release();
  expect(stuck!.state()).toEqual({ kind: "ended", reason: "released" });
  expect([await works(well!), await works(lease)]).toEqual([2, 2]);
  expect(events.map(({ kind }) => kind)).toEqual(["browser-launched"]);

  process.kill(pidOf(pool), "SIGSTOP");
  await last!.release();
  expect(await event("browser-condemned")).toMatchObject({ reason: "close-deadline" });
});

test("forty pages leave the context and its first page as they were", async () => {
  const site = await openStateSite();
  const { pool, complaints } = await openPool();
  const { signal } = new AbortController();
  const lease = await pool.leaseContext(request());
  await (await lease.leasePage({ signal })).release();
  const footprint = () => ({
    pages: lease.context.pages().length,
    listeners: [lease.context, lease.page].map((emitter) => {
      const events = emitter as unknown as EventEmitter;
      return events.eventNames().map((name) => [String(name), events.listenerCount(name)]);
    }),
    signal: getEventListeners(signal, "abort").length,
  });
  const before = footprint();
  for (let wave = 0; wave < 5; wave += 1) {
    const pages = await Promise.all(Array.from({ length: 8 }, () => lease.leasePage({ signal })));
    const watches = pages.map((page) => page.watchCookies(() => {}, 1));
    await Promise.all(pages.map(({ page }) => page.goto(`${site.origin}${setting("/", `wave=${wave}`)}`)));
    await Promise.all(watches.map((watch) => watch.stop()));
    await Promise.all(pages.map((page) => page.release()));
  }
  expect(footprint()).toEqual(before);
  expect(complaints).toEqual([]);
});
