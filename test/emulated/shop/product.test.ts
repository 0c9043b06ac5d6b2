import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCatalogue } from "../../../examples/shop/catalogue.ts";
import type { Product } from "../../../examples/shop/product.ts";
import { type Shop, startShop } from "../../../examples/shop/start-shop.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

const { products } = makeCatalogue();
const kindOf = ({ structuredData: own }: Product): string => (own.kind === "json-ld" ? own.shape : own.kind);
const unescaped = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** Of each kind the first, and those with names that need escaping. */
const samples = [
  ...new Map(products.map((product) => [kindOf(product), product])).values(),
  ...products.filter(({ name }) => /[<"\\]/.test(name)).slice(0, 12),
];

describe("a product page", () => {
  test.each(samples.map((product) => [product.sku, product] as const))(
    "of %s shows the product",
    async (_, product) => {
      const html = await (await fetch(`${shop.origin}${product.url}`)).text();
      expect(unescaped(/<h1 class="product-name">([^<]*)</.exec(html)?.[1] ?? "")).toBe(product.name);
      expect(html).toContain(`<dd class="gtin">${product.gtin}</dd>`);
      expect([...html.matchAll(/data-variant="([^"]+)"/g)].map(([, sku]) => sku)).toEqual(
        product.variants.map(({ sku }) => sku),
      );

      const documents = [...html.matchAll(/<script type="application\/ld\+json">([\s\S]*?)<\/script>/g)].map(
        ([, json = ""]) => JSON.parse(json) as unknown,
      );
      const { kind } = product.structuredData;
      expect(documents.length > 0).toBe(kind === "json-ld");
      expect(html.includes("itemprop=")).toBe(kind === "microdata");
      expect(html.includes('property="og:title"')).toBe(kind === "open-graph");
      const json = JSON.stringify(documents);
      const price = (product.priceCents / 100).toFixed(2);
      expect(json.includes(JSON.stringify({ name: product.name }).slice(1, -1))).toBe(kind === "json-ld");
      expect(new RegExp(`"(price|lowPrice)":"${price}"`).test(json)).toBe(kind === "json-ld");
      expect(await (await fetch(`${shop.origin}/truth/product/${product.sku}`)).json()).toEqual(product);
    },
  );

  test("of all kinds and shapes are looked at", () => {
    expect(new Set(samples.map(kindOf)).size).toBe(7);
  });

  test("moves another slug to the right one", async () => {
    const answer = await fetch(`${shop.origin}/p/OUT-00001-old-name`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([301, shop.truth.product("OUT-00001")?.url]);
  });

  test.each([
    ["/images/OUT-00001-1.svg", "image/svg+xml"],
    ["/images/OUT-00001-3.png", "image/png"],
    ["/media/OUT-00001.wav", "audio/wav"],
    ["/assets/figtree.woff2", "font/woff2"],
    ["/assets/shop.css", "text/css; charset=utf-8"],
  ])("has %s, which is cached by ETag", async (path, type) => {
    const answer = await fetch(`${shop.origin}${path}`);
    const etag = answer.headers.get("ETag") ?? "";
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, type]);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=3600");
    const again = async (tag: string): Promise<number> =>
      (await fetch(`${shop.origin}${path}`, { headers: { "If-None-Match": tag }, cache: "no-store" })).status;
    expect(await again(`"other", W/${etag}`)).toBe(304);
    expect(await again('"other"')).toBe(200);
  });
});
