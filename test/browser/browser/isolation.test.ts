import type { BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";

import { launchChromium } from "../../../functions/browser/launch.ts";
import { openPool, request, temporaryFolder } from "./pool-fixture.ts";
import { openTenantSite } from "./tenant-site.ts";
import { wrappedChromium } from "./wrapped-chromium.ts";

interface Tenant {
  readonly context: BrowserContext;
  readonly page: Page;
}

/** Everything by which one tenant could see another on the same site; each holds the writer's name. */
async function leaveTraces({ page }: Tenant, name: string): Promise<void> {
  await page.evaluate(async (value) => {
    document.cookie = `tenant=${value}`;
    localStorage.setItem("tenant", value);
    sessionStorage.setItem("tenant", value);
    await (await caches.open("tenant")).put("/tenant", new Response(value));
    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open("tenant", 1);
      opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("tenant"));
      opening.addEventListener("error", () => reject(opening.error as Error));
      opening.addEventListener("success", () => {
        const transaction = opening.result.transaction("tenant", "readwrite");
        transaction.objectStore("tenant").put(value, "tenant");
        transaction.addEventListener("complete", () => resolve());
      });
    });
    await fetch("/cached");
  }, name);
}

async function readTraces({ context, page }: Tenant) {
  const seen = await page.evaluate(async () => ({
    documentCookie: document.cookie,
    fetchCookie: await (await fetch("/cookie")).text(),
    localStorage: localStorage.getItem("tenant"),
    sessionStorage: sessionStorage.getItem("tenant"),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    httpCache: await (await fetch("/cached")).text(),
  }));
  return { ...seen, contextCookies: (await context.cookies()).map(({ value }) => value) };
}

async function hears(speaker: Tenant, listener: Tenant): Promise<boolean> {
  await listener.page.evaluate(() => {
    const channel = new BroadcastChannel("tenant");
    Object.assign(window, { heard: false });
    channel.addEventListener("message", () => Object.assign(window, { heard: true }));
  });
  await speaker.page.evaluate(async () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target origin
    new BroadcastChannel("tenant").postMessage("hello");
    // A second channel of the same page hears it last: by then every other listener has.
    await fetch("/cookie");
  });
  await listener.page.evaluate(() => fetch("/cookie").then(({ status }) => status));
  return listener.page.evaluate(() => (window as unknown as { heard: boolean }).heard);
}

/** What the second tenant sees after the first one left its traces. */
async function contaminationOf(first: Tenant, second: Tenant, origin: string) {
  await Promise.all([first.page.goto(origin), second.page.goto(origin)]);
  await leaveTraces(first, "first");
  return { ...(await readTraces(second)), broadcast: await hears(first, second) };
}

const CLEAN = {
  documentCookie: "",
  fetchCookie: "",
  localStorage: null,
  sessionStorage: null,
  databases: [],
  caches: [],
  httpCache: "2",
  contextCookies: [],
  broadcast: false,
};

test("neighbouring contexts on one site see nothing of each other, either way", async () => {
  const { origin } = await openTenantSite();
  const { pool } = await openPool();
  const [first, second] = await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  expect(await contaminationOf(first, second, origin)).toEqual(CLEAN);
  await leaveTraces(second, "second");
  expect(await readTraces(first)).toMatchObject({ localStorage: "first", fetchCookie: "tenant=first", httpCache: "1" });
});

test("a context after another one's end on the same site sees nothing of it", async () => {
  const { origin } = await openTenantSite();
  const { pool } = await openPool();
  const first = await pool.leaseContext(request());
  await first.page.goto(origin);
  await leaveTraces(first, "first");
  await first.release();
  const second = await pool.leaseContext(request());
  await second.page.goto(origin);
  expect({ ...(await readTraces(second)), broadcast: false }).toEqual(CLEAN);
});

test("known-bad twin: two pages of one context see everything but sessionStorage", async () => {
  const { origin } = await openTenantSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const second = { context: lease.context, page: await lease.context.newPage() };
  expect(await contaminationOf(lease, second, origin)).toEqual({
    documentCookie: "tenant=first",
    fetchCookie: "tenant=first",
    localStorage: "first",
    sessionStorage: null,
    databases: ["tenant"],
    caches: ["tenant"],
    httpCache: "1",
    contextCookies: ["first"],
    broadcast: true,
  });
});

test("known-bad twin: with --single-process contexts leak into each other", async () => {
  const { origin } = await openTenantSite();
  const launched = await launchChromium({
    chromiumDir: await wrappedChromium('exec "$CHROMIUM" "$@" --single-process'),
    tempDir: await temporaryFolder(),
    rung: "no-zygote",
    deadlineMs: 15_000,
  });
  onTestFinished(() => launched.close(0));
  const open = async () => {
    const context = await launched.browser.newContext();
    return { context, page: await context.newPage() };
  };
  const seen = await contaminationOf(await open(), await open(), origin);
  expect(seen).toMatchObject({ fetchCookie: "tenant=first", localStorage: "first", databases: ["tenant"] });
});

test("each context has its profile's own user agent", async () => {
  const { origin, requests } = await openTenantSite();
  const { pool } = await openPool();
  const [desktop, mobile] = await Promise.all([
    pool.leaseContext(request({ profile: "default" })),
    pool.leaseContext(request({ profile: "mobile" })),
  ]);
  const agents = await Promise.all(
    [desktop, mobile].map(async ({ page }, index) => {
      await page.goto(`${origin}/${index}`);
      const byScript = await page.evaluate(() => navigator.userAgent);
      const byFetch = await page.evaluate(() => fetch("/agent").then((response) => response.text()));
      const byNavigation = requests.find(({ path }) => path === `/${index}`)?.userAgent;
      expect([byFetch, byNavigation]).toEqual([byScript, byScript]);
      return byScript;
    }),
  );
  expect(agents[0]).not.toBe(agents[1]);
  expect(agents[1]).toMatch(/Mobile/u);
});

test("downloads and service workers are refused, dialogs dismissed, popups kept in the context", async () => {
  const { origin, requests } = await openTenantSite();
  const { pool } = await openPool();
  const { context, page } = await pool.leaseContext(request());
  await page.goto(origin);

  expect(await page.evaluate(() => confirm("sure?"))).toBe(false);
  // Playwright answers the registration itself; nothing is fetched, nothing is registered.
  await page.evaluate(() => void navigator.serviceWorker.register("/worker.js"));
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);

  await page.evaluate(() => fetch("/cookie").then(({ status }) => status));
  expect(requests.filter(({ path }) => path === "/worker.js")).toEqual([]);

  await page.evaluate(() => {
    document.cookie = "tenant=own";
  });
  const [popup] = await Promise.all([context.waitForEvent("page"), page.evaluate(() => void window.open("/popup"))]);
  await popup.waitForLoadState();
  expect(popup.context()).toBe(context);
  expect(await popup.evaluate(() => document.cookie)).toBe("tenant=own");

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.evaluate(() => {
      location.href = "/download";
    }),
  ]);
  expect(await download.failure()).not.toBeNull();
});
