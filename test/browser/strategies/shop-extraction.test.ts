import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Product } from "../../../examples/shop/product.ts";
import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import productExtraction from "../../../functions/strategies/product-extraction.ts";
import { StrategyBrowser } from "./run-strategy.ts";

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

const everyProduct = (): Product[] =>
  (shop.truth.products("")?.skus ?? []).map((sku) => shop.truth.product(sku)).filter((product) => product !== null);
const euros = (cents: number | null) => (cents === null ? null : { minorUnits: cents, currency: "EUR" });

/** The dearest variant is stated by AggregateOffer alone. */
function highPriceOf({ structuredData, variants, priceCents }: Product) {
  const dearest = Math.max(...variants.map((variant) => variant.priceCents));
  const isStated = structuredData.kind === "json-ld" && structuredData.shape === "aggregate-offer";
  return isStated && dearest > priceCents ? euros(dearest) : null;
}

function expectedOf(product: Product) {
  return {
    name: product.name,
    sku: product.sku,
    gtin: product.gtin,
    brand: product.brand.label,
    description: product.description,
    price: euros(product.priceCents),
    highPrice: highPriceOf(product),
    oldPrice: euros(product.oldPriceCents),
    availability: product.availability,
    rating: product.rating,
    reviewCount: product.reviewCount,
    images: product.images.map((path) => `${shop.origin}${path}`),
  };
}

const SOURCE = { "json-ld": "json-ld", microdata: "microdata", "open-graph": "open-graph", none: "page" } as const;

describe("product-extraction", () => {
  test("reads every product of the shop right, and says from where", { timeout: 240_000 }, async () => {
    const products = everyProduct();
    expect(products.length).toBeGreaterThan(500);
    const parts = [0, 1].map((part) => products.filter((_, index) => index % 2 === part));
    const chunks = parts.flatMap((part) => [part.slice(0, 250), part.slice(250)]);
    for (const chunk of chunks) {
      const urls = chunk.map(({ url }) => `${shop.origin}${url}`);
      const output = await browser.run(productExtraction, { urls }, { timeoutMs: 120_000 });
      expect({ found: output.found, missing: output.missing }).toEqual({ found: chunk.length, missing: 0 });
      for (const [index, entry] of output.products.entries()) {
        const truth = chunk[index];
        if (entry.kind !== "found" || truth === undefined) throw new Error(`${entry.requestedUrl} was not found`);
        expect(entry.product).toEqual(expectedOf(truth));
        expect(entry.sources["price"]).toBe(SOURCE[truth.structuredData.kind]);
        expect(entry.url).toBe(`${shop.origin}${truth.url}`);
        expect(entry.problems).toEqual([]);
      }
    }
  });

  test("a dead link among others is a result; a job of nothing but dead links fails", async () => {
    const [first] = everyProduct();
    const dead = `${shop.origin}/p/XXX-00000-gone`;
    const mixed = await browser.run(productExtraction, { urls: [`${shop.origin}${first?.url}`, dead] });
    expect(mixed).toMatchObject({ found: 1, missing: 1 });
    expect(mixed.products[1]).toMatchObject({ kind: "missing", requestedUrl: dead, error: { name: "PageNotFound" } });
    const all = browser.run(productExtraction, { urls: [dead] });
    await expect(all).rejects.toMatchObject({ name: "PageNotFound", at: "urls.0" });
  });

  test("reads a page without structured data by configured selectors, and further fields", async () => {
    const product = everyProduct().find(({ structuredData }) => structuredData.kind === "none");
    const input = {
      urls: [`${shop.origin}${product?.url}`],
      selectors: { sku: { selector: ".gtin" }, availability: { selector: ".availability" } },
      fields: { sizes: { selector: "table.variants .size", list: true } },
    };
    const { products } = await browser.run(productExtraction, input);
    expect(products[0]).toMatchObject({
      product: { sku: product?.gtin, availability: product?.availability },
      sources: { sku: "selectors", availability: "selectors", name: "page" },
      fields: { sizes: product?.variants.map(({ size }) => size.label) },
    });
  });

  test("a page that shows no product isn't taken for one", async () => {
    const run = browser.run(productExtraction, { urls: [`${shop.origin}/login`] });
    await expect(run).rejects.toMatchObject({ name: "ProductNotFound", message: expect.stringContaining("/login") });
  });
});
