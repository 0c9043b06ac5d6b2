import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";

import { applyResourcePolicy } from "../../../functions/browser/resource-blocking.ts";
import { EVERYTHING, TEXT_ONLY, type ResourcePolicy } from "../../../functions/core/job/resource-policy.ts";
import { launched } from "../launched.ts";
import type { LoggedSite } from "../logged-site.ts";
import { everywhere, FONTS, IMAGES, MEDIA, openMediaSite, TEXT } from "./media-site.ts";

/** Headless shell loads no icons; a page's own are images to a browser that does. */
const NEVER = everywhere(["/favicon.gif"]);

async function open(browser: Browser, policy?: ResourcePolicy): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  if (policy) await applyResourcePolicy(context, page, policy);
  return { context, page };
}

const settled = "window.settled";

/** Loads a page, its frame from another site and a popup, each until all it asked for is answered or refused. */
async function visit({ context, page }: { context: BrowserContext; page: Page }, site: LoggedSite): Promise<void> {
  await page.goto(`${site.origin}/top`);
  for (const frame of page.frames()) await frame.evaluate(settled);
  const opened = context.waitForEvent("page");
  await page.evaluate(`void window.open("${site.otherOrigin}/popup", "_blank", "noopener")`);
  const popup = await opened;
  await popup.waitForLoadState("load");
  await popup.evaluate(settled);
}

function requested(site: LoggedSite, paths: readonly string[]): string[] {
  const asked = new Set(site.paths());
  return everywhere(paths).filter((path) => asked.has(path));
}

test("known-bad twin: without a policy every image, font and media file is requested, in page, foreign frame and popup", async () => {
  const [{ browser }, site] = [await launched(), await openMediaSite()];
  await visit(await open(browser), site);
  expect(requested(site, IMAGES)).toEqual(everywhere(IMAGES).filter((path) => !NEVER.includes(path)));
  expect(requested(site, [...FONTS, ...MEDIA])).toEqual(everywhere([...FONTS, ...MEDIA]));
});

test("text only: no image, font or media file is requested anywhere; the rest is", async () => {
  const [{ browser }, site] = [await launched(), await openMediaSite()];
  await visit(await open(browser, TEXT_ONLY), site);
  expect(requested(site, [...IMAGES, ...FONTS, ...MEDIA])).toEqual([]);
  expect(requested(site, TEXT)).toEqual(everywhere(TEXT));
});

test.each([
  [{ images: "block", fonts: "load", media: "load" }, IMAGES],
  [{ images: "load", fonts: "block", media: "load" }, FONTS],
  [{ images: "load", fonts: "load", media: "block" }, MEDIA],
] as const)("%o blocks its own kind only", async (policy, blocked) => {
  const [{ browser }, site] = [await launched(), await openMediaSite()];
  await visit(await open(browser, policy), site);
  expect(requested(site, blocked)).toEqual([]);
  const loaded = [...IMAGES, ...FONTS, ...MEDIA].filter((path) => !blocked.some((other) => other === path));
  expect(requested(site, loaded)).toEqual(everywhere(loaded).filter((path) => !NEVER.includes(path)));
});

test("a neighbour's context isn't touched, and a later policy replaces the first", async () => {
  const [{ browser }, site] = [await launched(), await openMediaSite()];
  const [blocking, neighbour] = [await open(browser, TEXT_ONLY), await open(browser)];
  await visit(neighbour, site);
  expect(requested(site, FONTS)).toEqual(everywhere(FONTS));
  site.requests.length = 0;
  await applyResourcePolicy(blocking.context, blocking.page, EVERYTHING);
  await visit(blocking, site);
  expect(requested(site, FONTS)).toEqual(everywhere(FONTS));
});

test("the HTTP cache works under a policy: the second load asks for documents only", async () => {
  const [{ browser }, site] = [await launched(), await openMediaSite()];
  const { page } = await open(browser, TEXT_ONLY);
  const load = async () => {
    await page.goto(`${site.origin}/top`);
    for (const frame of page.frames()) await frame.evaluate(settled);
  };
  await load();
  expect(site.paths()).toContain("/top/script.js");
  site.requests.length = 0;
  await load();
  expect(site.paths().toSorted()).toEqual(["/frame", "/top"]);
});

test("known-bad twin: Playwright's own route asks for everything again", async () => {
  const [{ browser }, site] = [await launched(), await openMediaSite()];
  const { context, page } = await open(browser);
  const types = new Set(["image", "font", "media"]);
  await context.route("**/*", (route) =>
    types.has(route.request().resourceType()) ? route.abort() : route.continue(),
  );
  await page.goto(`${site.origin}/top`);
  site.requests.length = 0;
  await page.goto(`${site.origin}/top`);
  expect(site.paths()).toContain("/top/script.js");
});

test("a strategy's own route lives beside the policy", async () => {
  const [{ browser }, site] = [await launched(), await openMediaSite()];
  const { context, page } = await open(browser, TEXT_ONLY);
  await context.route("**/list.json", (route) => route.fulfill({ json: ["routed"] }));
  await page.goto(`${site.origin}/top`);
  expect(await page.evaluate(`fetch("/top/list.json").then((answer) => answer.json())`)).toEqual(["routed"]);
  await page.evaluate(settled);
  await context.unrouteAll({ behavior: "wait" });
  await page.goto(`${site.origin}/top`);
  await page.evaluate(settled);
  expect(site.paths()).toContain("/top/list.json");
  expect(site.paths().filter((path) => /gif|woff2|mp/u.test(path))).toEqual([]);
});
