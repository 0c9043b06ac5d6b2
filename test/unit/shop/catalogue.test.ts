import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeCatalogue } from "../../../examples/shop/catalogue.ts";
import { DEPARTMENTS } from "../../../examples/shop/taxonomy.ts";

const { products, root } = makeCatalogue();
const digest = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

describe("the catalogue", () => {
  test("is the same for the same seed and another for another", () => {
    expect(makeCatalogue()).toEqual({ products, root });
    expect(makeCatalogue(7)).toEqual(makeCatalogue(7));
    expect(makeCatalogue(7).products).not.toEqual(products);
  });

  test("is the same on every machine", () => {
    expect(digest({ products, root })).toBe("84fdfbe4ad26b40b");
  });

  test("is a shop of more than 600 products with three levels of categories", () => {
    expect(products.length).toBeGreaterThanOrEqual(600);
    expect(root.children.length).toBeGreaterThanOrEqual(4);
    for (const top of root.children) {
      expect(top.children.length).toBeGreaterThanOrEqual(3);
      for (const shelf of top.children) expect(shelf.children.length).toBeGreaterThanOrEqual(2);
    }
  });

  test("has the product counts on the edges of paging", () => {
    const counts = DEPARTMENTS.flatMap(({ shelves }) =>
      shelves.flatMap(({ leaves }) => leaves.map(([, count]) => count)),
    );
    expect(counts).toEqual(expect.arrayContaining([0, 1, 24, 25, 48, 49]));
    expect(products).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
  });

  test("has skus, addresses and GTINs of one product each", () => {
    for (const key of ["sku", "url", "gtin"] as const) {
      expect(new Set(products.map((product) => product[key])).size).toBe(products.length);
    }
    for (const { url } of products) expect(url).toMatch(/^\/p\/[A-Z]{3}-\d{5}-[a-z0-9-]+$/);
  });

  test("has GTINs with a right check digit", () => {
    const weighted = (gtin: string): number =>
      gtin.split("").reduce((sum, digit, at) => sum + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
    expect(weighted("4006381333931") % 10).toBe(0);
    expect(products.filter(({ gtin }) => weighted(gtin) % 10 !== 0)).toEqual([]);
  });

  test("has prices in whole cents, the lowest variant's, below the old one", () => {
    for (const { priceCents, oldPriceCents, variants } of products) {
      expect(Number.isInteger(priceCents) && priceCents > 0).toBe(true);
      expect(Math.min(...variants.map((variant) => variant.priceCents))).toBe(priceCents);
      expect(oldPriceCents ?? Infinity).toBeGreaterThan(priceCents);
    }
  });

  test("has names that need care", () => {
    const names = products.map(({ name, brand }) => `${name} ${brand.label}`).join("\n");
    for (const piece of ["é", "ö", "&", '"', "<", "’", "\\", "富士", "한강"]) expect(names).toContain(piece);
  });

  test("spreads the kinds of structured data", () => {
    const share = (kind: string): number =>
      products.filter(({ structuredData }) => structuredData.kind === kind).length / products.length;
    expect(share("json-ld")).toBeCloseTo(0.4, 1);
    expect(share("microdata")).toBeCloseTo(0.25, 1);
    expect(share("open-graph")).toBeCloseTo(0.2, 1);
    expect(share("none")).toBeCloseTo(0.15, 1);
    const shapes = products.flatMap(({ structuredData: own }) => (own.kind === "json-ld" ? [own.shape] : []));
    expect(new Set(shapes)).toEqual(new Set(["plain", "graph", "type-array", "aggregate-offer"]));
  });
});
