import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import filterDiscovery from "../../../functions/strategies/filter-discovery.ts";
import filterExploration from "../../../functions/strategies/filter-exploration.ts";
import productPagination from "../../../functions/strategies/product-pagination.ts";
import subcategoryExploration from "../../../functions/strategies/subcategory-exploration.ts";
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

const category = (path: string, query = "") => `${shop.origin}/c/${path}${query}`;
const allCategories = () => shop.truth.category("")?.descendants ?? [];

describe("subcategory-exploration", () => {
  test("finds every category of the shop, with its name, path and count, and nothing else", async () => {
    const { root, categories, pages, cut } = await browser.run(subcategoryExploration, { url: `${shop.origin}/` });
    type Node = (typeof root.children)[number];
    const flat = (nodes: readonly Node[]): readonly Node[] => nodes.flatMap((node) => [node, ...flat(node.children)]);
    const found = flat(root.children).map(({ url, name, count }) => ({
      path: url.replace(category(""), ""),
      name,
      count,
    }));
    expect(found).toEqual(allCategories());
    expect({ categories, cut }).toEqual({ categories: allCategories().length + 1, cut: 0 });
    // The links of the last level say name and count: those pages aren't opened.
    expect(pages).toBe(1 + allCategories().filter(({ path }) => path.split("/").length < 3).length);
  });

  test("stays within depth and breadth, and says how much it left out", async () => {
    const limits = { maxDepth: 1, maxBreadth: 2 };
    const { root, pages, cut } = await browser.run(subcategoryExploration, { url: `${shop.origin}/`, ...limits });
    expect(root.children.map(({ name }) => name)).toEqual(["Outdoor", "Clothing"]);
    expect({ pages, cut }).toEqual({ pages: 1, cut: 2 });
  });
});

describe("filter-discovery", () => {
  test("finds every filter and option of every category, with its count", { timeout: 120_000 }, async () => {
    for (const { path } of allCategories()) {
      const truth = shop.truth.filters(path);
      const found = await browser.run(filterDiscovery, { url: category(path) });
      const comparable = found.filters.map((filter) =>
        filter.kind === "range"
          ? { kind: "range", filter: filter.name, label: filter.label, minCents: filter.min, maxCents: filter.max }
          : {
              kind: "options",
              filter: filter.name,
              label: filter.label,
              options: filter.options.map(({ value, label, count }) => ({ value, label, count })),
            },
      );
      expect({ path, count: found.count, filters: comparable }).toEqual(truth);
    }
  });

  test("says where it looked when a page has no filters", async () => {
    const run = browser.run(filterDiscovery, { url: `${shop.origin}/login` });
    await expect(run).rejects.toMatchObject({ name: "FiltersNotFound", message: expect.stringContaining("/login") });
    const none = await browser.run(filterDiscovery, { url: `${shop.origin}/login`, allowNone: true });
    expect(none.filters).toEqual([]);
  });
});

describe("filter-exploration", () => {
  test("applies every option alone, with the right count and first page", { timeout: 120_000 }, async () => {
    const path = "cycling/bags";
    const { explored, skipped, cut } = await browser.run(filterExploration, { url: category(path) });
    const options = shop.truth.filters(path)?.filters.flatMap((one) => (one.kind === "options" ? one.options : []));
    expect({ explored: explored.length, skipped, cut }).toEqual({ explored: options?.length, skipped: [], cut: 0 });
    for (const { applied, count, keys } of explored) {
      const truth = shop.truth.products(
        path,
        Object.fromEntries(applied.map(({ filter, value }) => [filter, [value]])),
      );
      expect({ applied, count, keys }).toEqual({ applied, count: truth?.count, keys: truth?.pages[0] });
    }
  });

  test("combines options of different filters, within its limit", async () => {
    const path = "outdoor/tents";
    const input = { url: category(path), filters: ["season", "material"], combine: 2, maxStates: 12 };
    const { explored, cut } = await browser.run(filterExploration, input);
    const options = shop.truth.filters(path)?.filters.map((one) => (one.kind === "options" ? one : undefined));
    const [seasons = 0, materials = 0] = ["season", "material"].map(
      (name) => options?.find((one) => one?.filter === name)?.options.length,
    );
    expect(explored.length).toBe(12);
    expect(cut).toBe(seasons + materials + seasons * materials - 12);
    expect(explored.some(({ applied }) => applied.length === 2)).toBe(true);
    for (const { applied, count, keys } of explored) {
      const truth = shop.truth.products(
        path,
        Object.fromEntries(applied.map(({ filter, value }) => [filter, [value]])),
      );
      expect({ applied, count, keys }).toEqual({ applied, count: truth?.count, keys: truth?.pages[0] });
    }
  });

  test("names the filters that there are when it is asked for another", async () => {
    const run = browser.run(filterExploration, { url: category("outdoor"), filters: ["weight"] });
    await expect(run).rejects.toMatchObject({
      name: "FiltersNotFound",
      message: expect.stringMatching(/no filter is named weight .* found: brand, /u),
    });
  });
});

describe("product-pagination", () => {
  const skusOf = (products: readonly { key: string }[]) => products.map(({ key }) => key);

  test("finds every product of every category over all pages, in order", { timeout: 180_000 }, async () => {
    for (const { path } of allCategories()) {
      const truth = shop.truth.products(path);
      const found = await browser.run(productPagination, { url: category(path) });
      expect({ path, skus: skusOf(found.products), pages: found.pages }).toEqual({
        path,
        skus: truth?.skus,
        pages: truth?.pageCount,
      });
      expect({ path, complete: found.complete, stated: found.statedCount }).toEqual({
        path,
        complete: true,
        stated: truth?.count,
      });
    }
  });

  test.each([
    ["a button", "?view=more", {}],
    ["scrolling", "?view=scroll", {}],
    ["a button that is named", "?view=more", { by: "load-more", loadMoreSelector: "button.load-more" }],
    ["scrolling to a place that is named", "?view=scroll", { by: "scroll", endSelector: ".scroll-sentinel" }],
    ["numbered addresses", "", { by: "page-parameter" }],
    ["a link that is named", "", { by: "next", nextSelector: "nav.pagination a[rel=next]", card: "li.card" }],
  ])("finds the same by %s", { timeout: 120_000 }, async (_, query, input) => {
    for (const path of [
      "outdoor/tents",
      "outdoor/tents/family-tents",
      "outdoor/tents/shelters-tarps",
      "cycling/bikes/cargo-bikes",
    ]) {
      const found = await browser.run(productPagination, { url: category(path, query), ...input });
      const truth = shop.truth.products(path);
      expect({ path, skus: skusOf(found.products), complete: found.complete }).toEqual({
        path,
        skus: truth?.skus,
        complete: true,
      });
    }
  });

  test("reads cards right, and further fields along with them", async () => {
    const fields = { reviews: { selector: ".rating", attribute: "data-reviews", type: "integer" } };
    const input = { url: category("outdoor/sleeping/mats"), card: "ul.products > li.card", fields };
    const { products } = await browser.run(productPagination, input);
    for (const card of products) {
      const truth = shop.truth.product(card.key);
      expect(card).toEqual({
        key: truth?.sku,
        sku: truth?.sku,
        name: truth?.name,
        url: `${shop.origin}${truth?.url}`,
        price: { minorUnits: truth?.priceCents, currency: "EUR" },
        oldPrice: truth?.oldPriceCents === null ? null : { minorUnits: truth?.oldPriceCents, currency: "EUR" },
        brand: truth?.brand.label,
        image: `${shop.origin}${truth?.images[0]}`,
        rating: truth?.rating,
        reviewCount: truth?.reviewCount,
        fields: { reviews: truth?.reviewCount },
      });
    }
    expect(products.length).toBe(shop.truth.products("outdoor/sleeping/mats")?.count);
  });

  test("stops at its limits and doesn't call that complete", async () => {
    const url = category("outdoor");
    const pages = await browser.run(productPagination, { url, maxPages: 2 });
    expect(pages).toMatchObject({ count: 48, pages: 2, ended: "max-pages", complete: false });
    const products = await browser.run(productPagination, { url, maxProducts: 30 });
    expect(products).toMatchObject({ count: 30, ended: "max-products", complete: false });
  });

  test("an empty list is a result; a page without a list is a failure", async () => {
    const empty = await browser.run(productPagination, { url: category("home-living/tableware/seasonal") });
    expect(empty).toMatchObject({ count: 0, statedCount: 0, complete: true });
    const none = browser.run(productPagination, { url: `${shop.origin}/login` });
    await expect(none).rejects.toMatchObject({ name: "CardsNotFound", at: "products page 1" });
  });
});
