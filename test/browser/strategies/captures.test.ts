import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import pageTitle from "../../../examples/strategies/page-title.ts";
import pdf from "../../../functions/strategies/pdf.ts";
import screenshot from "../../../functions/strategies/screenshot.ts";
import { newTrace, StrategyBrowser } from "./run-strategy.ts";

let shop: Shop;
let browser: StrategyBrowser;
beforeAll(async () => {
  shop = await startShop();
  browser = await StrategyBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

/** Width and height stand in a PNG's first chunk. */
async function pictureOf(input: object) {
  const trace = newTrace();
  const { artifact } = await browser.run(screenshot, { url: shop.origin, ...input }, { trace });
  const body = Buffer.from(trace.artifacts.get(artifact.name)?.body ?? []);
  return { artifact, width: body.readUInt32BE(16), height: body.readUInt32BE(20) };
}

describe("screenshot", () => {
  const viewport = { width: 640, height: 480 };

  test("is as large as the viewport, and as the page where the whole page is asked for", async () => {
    expect(await pictureOf({ viewport })).toMatchObject({ width: 640, height: 480 });
    const whole = await pictureOf({ viewport, fullPage: true, name: "whole.png" });
    expect(whole.height).toBeGreaterThan(480);
    expect(whole.artifact).toMatchObject({ name: "whole.png", contentType: "image/png" });
  });

  test("takes a part, or an element", async () => {
    const clip = { x: 10, y: 10, width: 50, height: 40 };
    expect(await pictureOf({ viewport, clip })).toMatchObject({ width: 50, height: 40 });
    expect((await pictureOf({ viewport, selector: "h1" })).height).toBeLessThan(480);
    const missing = browser.run(screenshot, { url: shop.origin, selector: ".nope" });
    await expect(missing).rejects.toMatchObject({ name: "ElementNotFound", at: "screenshot" });
  });
});

test("pdf prints on the paper that is asked for", async () => {
  const trace = newTrace();
  const { artifact } = await browser.run(pdf, { url: shop.origin, format: "A5", name: "home.pdf" }, { trace });
  const text = Buffer.from(trace.artifacts.get(artifact.name)?.body ?? []).toString("latin1");
  // A5 is 148 × 210 mm: 420 × 595 points.
  expect(text).toMatch(/\/MediaBox \[0 0 (?:419|420)(?:\.\d+)? 59[45]/u);
});

test("the documentation's own strategy runs", async () => {
  const { title, headings } = await browser.run(pageTitle, { url: `${shop.origin}/c/outdoor` });
  expect(title).toContain("Outdoor");
  expect(headings[0]).toBe("Outdoor");
});
