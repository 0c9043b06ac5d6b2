import type { EventEmitter } from "node:events";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import type { ContextLease } from "../../../functions/browser/context-lease.ts";
import { openPool, request } from "./pool-fixture.ts";
import { openStateSite, type StateSite } from "./state-site.ts";

interface Restored {
  readonly site: StateSite;
  readonly lease: ContextLease;
  readonly page: Page;
}

/** A context with `tab=restored` in the sessionStorage of both origins. */
async function restored(): Promise<Restored> {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const origins = [site.origin, site.otherOrigin].map((origin) => ({
    origin,
    session: { tab: "restored", more: "2" },
  }));
  await lease.applyState({ cookies: [], origins });
  return { site, lease, page: lease.page };
}

const tab = (page: Page) => page.evaluate(() => sessionStorage.getItem("tab"));

test("a fresh tab has it at its first document of the origin, before the document's own scripts", async () => {
  const { site, lease, page } = await restored();
  await page.addInitScript(() => Object.assign(globalThis, { early: sessionStorage.getItem("tab") }));
  await page.goto(site.origin);
  expect(await page.evaluate("early")).toBe("restored");
  const another = await lease.leasePage(request());
  await another.page.goto(site.otherOrigin);
  expect(await tab(another.page)).toBe("restored");
  const strategys = await lease.context.newPage();
  await strategys.goto(site.origin);
  expect(await tab(strategys)).toBe("restored");
});

test("in a frame of another site it is there too, and read back", async () => {
  const { site, lease, page } = await restored();
  await page.goto(`${site.origin}/?frame=${site.otherOrigin}/`);
  const frame = page.frames()[1];
  expect(await frame?.evaluate(() => sessionStorage.getItem("tab"))).toBe("restored");
  await frame?.evaluate(() => sessionStorage.setItem("tab", "changed"));
  expect((await lease.readState()).origins).toContainEqual({
    origin: site.otherOrigin,
    session: { tab: "changed", more: "2" },
  });
});

test.each([
  ["changed", () => sessionStorage.setItem("tab", "mine"), "mine"],
  ["removed", () => sessionStorage.removeItem("tab"), null],
  ["cleared", () => sessionStorage.clear(), null],
] as const)(
  "what the page %s stays so: over reloads, second navigations, and visits elsewhere",
  async (_, change, then) => {
    const { site, page } = await restored();
    await page.goto(site.origin);
    await page.evaluate(change);
    const seen: unknown[] = [];
    const look = async () => seen.push(await tab(page));
    await page.reload();
    await look();
    await page.goto(`${site.origin}/second`);
    await look();
    await page.goto(site.otherOrigin);
    await page.goto(site.origin);
    await look();
    await page.goto("about:blank");
    await page.goBack();
    await look();
    expect(seen).toEqual([then, then, then, then]);
  },
);

test("nor does it come back when the first document itself clears and goes on at once", async () => {
  const { site, page } = await restored();
  for (const [index, leaving] of ["location.replace('/next')", "location.href = '/next'"].entries()) {
    const origin = [site.origin, site.otherOrigin][index] ?? "";
    // Before anybody outside can have heard of the first document.
    await page.addInitScript(`if (location.pathname === "/first${index}") { sessionStorage.clear(); ${leaving}; }`);
    await page.goto(`${origin}/first${index}`).catch(() => {});
    await page.waitForURL(`${origin}/next`);
    expect(await tab(page)).toBeNull();
  }
});

test("nor in a frame that the first document opens after it cleared", async () => {
  const { site, page } = await restored();
  await page.addInitScript(() => {
    if (location.pathname === "/parent") sessionStorage.clear();
  });
  await page.goto(`${site.origin}/parent?frame=/child`);
  expect(await page.frames()[1]?.evaluate(() => sessionStorage.getItem("tab"))).toBeNull();
});

test("a popup has what its opener's tab had, as in any browser", async () => {
  const { site, page } = await restored();
  await page.goto(site.origin);
  await page.evaluate(() => {
    sessionStorage.setItem("tab", "mine");
    sessionStorage.removeItem("more");
  });
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.evaluate(() => void window.open("/popup"))]);
  await popup.waitForURL("**/popup");
  expect(await popup.evaluate(() => Object.fromEntries(Object.entries(sessionStorage)))).toEqual({ tab: "mine" });
});

test("what a tab has cleared doesn't come back in a popup that comes to the origin later", async () => {
  const { site, page } = await restored();
  await page.goto(site.origin);
  await page.evaluate(() => sessionStorage.clear());
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.evaluate(() => void window.open("about:blank"))]);
  await popup.goto(site.origin);
  expect(await tab(popup)).toBeNull();
});

test("nothing of it stays: no script, no listener", async () => {
  const { site, lease, page } = await restored();
  const count = (emitter: object, event: string) => (emitter as EventEmitter).listenerCount(event);
  const listeners = () => ["framenavigated", "close"].map((event) => count(page, event));
  const armed = listeners();
  const fillsPages = count(lease.context, "page");
  await page.goto(site.origin);
  await page.goto(site.otherOrigin);
  expect(listeners()).toEqual(armed.map((before) => before - 1));
  await page.evaluate(() => sessionStorage.clear());
  await lease.applyState({ cookies: [], origins: [] });
  expect(count(lease.context, "page")).toBe(fillsPages - 1);
});

test("known-bad twin: a script that fills what is missing, at each document, brings a cleared value back", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const { page } = await pool.leaseContext(request());
  await page.addInitScript(() => sessionStorage.getItem("tab") ?? sessionStorage.setItem("tab", "restored"));
  await page.goto(site.origin);
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  expect(await tab(page)).toBe("restored");
});
