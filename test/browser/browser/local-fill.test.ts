import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import type { ContextLease } from "../../../functions/browser/context-lease.ts";
import { openPool, request } from "./pool-fixture.ts";
import { openStateSite, type StateSite } from "./state-site.ts";

/** A context that gets `kept=restored` in the localStorage of both origins when a tab comes there. */
async function restored(): Promise<{ readonly site: StateSite; readonly lease: ContextLease; readonly page: Page }> {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const origins = [site.origin, site.otherOrigin].map((origin) => ({ origin, local: { kept: "restored", more: "2" } }));
  await lease.applyState({ cookies: [], origins }, { onArrival: true });
  return { site, lease, page: lease.page };
}

const kept = (page: Page) => page.evaluate(() => localStorage.getItem("kept"));

test("the first document of the origin has it before its own scripts, and nothing was opened for it", async () => {
  const { site, lease, page } = await restored();
  expect(lease.context.pages()).toEqual([page]);
  expect(page.url()).toBe("about:blank");
  await page.addInitScript(() => Object.assign(globalThis, { early: localStorage.getItem("kept") }));
  await page.goto(site.origin);
  expect(await page.evaluate("early")).toBe("restored");
  const another = await lease.context.newPage();
  await another.goto(site.otherOrigin);
  expect(await kept(another)).toBe("restored");
});

test.each([
  ["changed", () => localStorage.setItem("kept", "mine"), "mine"],
  ["removed", () => localStorage.removeItem("kept"), null],
  ["cleared", () => localStorage.clear(), null],
] as const)(
  "what a page %s stays so: over reloads, in other tabs, and after visits elsewhere",
  async (_, change, then) => {
    const { site, lease, page } = await restored();
    await page.goto(site.origin);
    await page.evaluate(change);
    const seen: unknown[] = [];
    await page.reload();
    seen.push(await kept(page));
    await page.goto(site.otherOrigin);
    await page.goto(site.origin);
    seen.push(await kept(page));
    const another = await lease.context.newPage();
    await another.goto(site.origin);
    seen.push(await kept(another));
    expect(seen).toEqual([then, then, then]);
  },
);

test("known-bad twin: a script that is never taken away brings a cleared value back", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const { context, page } = await pool.leaseContext(request());
  await context.addInitScript(() => {
    if (!self.navigation.activation?.from && localStorage.length === 0) localStorage.setItem("kept", "restored");
  });
  await page.goto(site.origin);
  await page.evaluate(() => localStorage.clear());
  const another = await context.newPage();
  await another.goto(site.origin);
  expect(await kept(another)).toBe("restored");
});

test("an origin that no tab has come to is read as it was saved", async () => {
  const { site, lease, page } = await restored();
  const saved = { kept: "restored", more: "2" };
  const other = { origin: site.otherOrigin, local: saved };
  expect((await lease.readState()).origins).toEqual([{ origin: site.origin, local: saved }, other]);
  await page.goto(site.origin);
  await page.evaluate(() => localStorage.setItem("kept", "mine"));
  const mine = { origin: site.origin, local: { kept: "mine", more: "2" } };
  expect((await lease.readState()).origins).toEqual([mine, other]);
  // Where the tabs don't tell all, the browser is asked, which knows nothing of the other one.
  await page.goto("about:blank");
  expect((await lease.readState()).origins.toSorted((one, two) => one.origin.localeCompare(two.origin))).toEqual(
    [mine, other].toSorted((one, two) => one.origin.localeCompare(two.origin)),
  );
});

test("a frame below another site doesn't get it, nor takes it from the origin's own pages", async () => {
  const { site, lease, page } = await restored();
  await page.goto(`${site.origin}/?frame=${site.otherOrigin}/`);
  expect(await page.frames()[1]?.evaluate(() => localStorage.getItem("kept"))).toBeNull();
  const another = await lease.context.newPage();
  await another.goto(site.otherOrigin);
  expect(await kept(another)).toBe("restored");
});
