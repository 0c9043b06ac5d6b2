import { describe, expect, test } from "vitest";

import { availabilityOf } from "../../../functions/strategies/shop/availability.ts";
import { nextToOpen, treeOf, withPage, type CategoryNode } from "../../../functions/strategies/shop/category-tree.ts";
import { mergeSources } from "../../../functions/strategies/shop/extract-product.ts";
import { filterStates } from "../../../functions/strategies/shop/filter-states.ts";
import type { RawFilter } from "../../../functions/strategies/shop/filters-in-page.ts";
import { productOfOpenGraph } from "../../../functions/strategies/shop/open-graph.ts";
import { productOfJsonLd } from "../../../functions/strategies/shop/schema-org.ts";

describe("JSON-LD", () => {
  const product = { "@type": "Product", name: "Tent", offers: { price: "19.99", priceCurrency: "EUR" } };
  test.each([
    ["plain", product],
    ["in an array", [{ "@type": "Organization" }, product]],
    ["in @graph", { "@graph": [{ "@type": "WebPage" }, product] }],
    ["as mainEntity", { "@type": "ItemPage", mainEntity: product }],
    ["with several types", { ...product, "@type": ["Thing", "https://schema.org/Product"] }],
    ["in a comment", `<!-- ${JSON.stringify(product)} -->`],
  ])("finds the product %s", (_, document) => {
    const text = typeof document === "string" ? document : JSON.stringify(document);
    expect(productOfJsonLd(["not json", text])).toMatchObject({
      name: "Tent",
      price: { minorUnits: 1999, currency: "EUR" },
    });
  });

  test.each([
    [
      "AggregateOffer",
      { "@type": "AggregateOffer", lowPrice: 10, highPrice: "25.50", priceCurrency: "USD" },
      1000,
      2550,
    ],
    [
      "a list of offers",
      [
        { price: 30, priceCurrency: "USD" },
        { price: 20, priceCurrency: "USD" },
      ],
      2000,
      3000,
    ],
    ["a specification", { priceSpecification: { price: 12, priceCurrency: "USD" } }, 1200, undefined],
    ["three decimals", { price: "1.299", priceCurrency: "USD" }, 130, undefined],
  ])("reads the price of %s", (_, offers, low, high) => {
    const read = productOfJsonLd([JSON.stringify({ ...product, offers })]);
    expect([read?.price?.minorUnits, read?.highPrice?.minorUnits]).toEqual([low, high]);
  });

  test("any offer that is in stock makes the product available", () => {
    const offers = ["OutOfStock", "InStock"].map((name) => ({ price: 1, availability: `https://schema.org/${name}` }));
    expect(productOfJsonLd([JSON.stringify({ ...product, offers })])?.availability).toBe("in-stock");
  });

  test("hostile documents don't hang or throw", () => {
    const deep = `${'{"@graph":'.repeat(20_000)}1${"}".repeat(20_000)}`;
    expect(
      productOfJsonLd([deep, "[".repeat(100), '{"@type":"Product","offers":5,"brand":[],"image":{"url":null}}']),
    ).toMatchObject({ name: null });
  });
});

test("Open Graph: a sale price is the price, and the other one the old", () => {
  const read = productOfOpenGraph([
    ["og:type", "product"],
    ["product:price:amount", "30.00"],
    ["product:price:currency", "EUR"],
    ["product:sale_price:amount", "20.00"],
  ]);
  expect(read).toMatchObject({ price: { minorUnits: 2000 }, oldPrice: { minorUnits: 3000 } });
  expect(
    productOfOpenGraph([
      ["og:title", "An article"],
      ["og:type", "article"],
    ]),
  ).toBeUndefined();
});

test("a merged product takes each field from the first source that has it", () => {
  const visible = {
    name: "H1",
    sku: "V",
    gtin: null,
    brand: "Page",
    description: null,
    price: "9 €",
    oldPrice: null,
    availability: "sold out",
    rating: null,
    reviewCount: null,
    images: [],
  };
  const { product, sources } = mergeSources(
    {
      url: "x",
      canonical: null,
      title: "t",
      jsonLd: ['{"@type":"Product","name":"LD"}'],
      microdata: [{ "@type": "Product", name: "MD", sku: "M" }],
      openGraph: [
        ["og:type", "product"],
        ["og:description", "OG"],
      ],
      visible,
    },
    { brand: "Configured" },
  );
  expect(product).toMatchObject({
    name: "LD",
    sku: "M",
    description: "OG",
    brand: "Configured",
    price: { minorUnits: 900 },
    availability: "out-of-stock",
    rating: null,
  });
  expect(sources).toEqual({
    name: "json-ld",
    sku: "microdata",
    description: "open-graph",
    brand: "selectors",
    price: "page",
    availability: "page",
  });
});

test.each([
  ["https://schema.org/InStock", "in-stock"],
  ["http://schema.org/SoldOut", "out-of-stock"],
  ["in stock", "in-stock"],
  ["Not in stock", "out-of-stock"],
  ["Nicht lieferbar", "out-of-stock"],
  ["Nur noch 3 auf Lager", "limited"],
  ["Pre-order now", "pre-order"],
  ["constructor", undefined],
  ["", undefined],
])("availability %j is %j", (text, expected) => expect(availabilityOf(text)).toBe(expected));

describe("filterStates", () => {
  const option = (value: string, adds: [string, string][] | null) => ({
    value,
    label: value,
    count: 1,
    selected: false,
    url: `https://s.example/c?${value}`,
    adds,
  });
  const filters: RawFilter[] = [
    { kind: "options", name: "a", label: "A", options: [option("a1", [["a", "1"]]), option("a2", [["a", "2"]])] },
    { kind: "range", name: "p", label: "P", min: 0, max: 1 },
    {
      kind: "options",
      name: "b",
      label: "B",
      options: [option("b1", [["b", "1"]]), { ...option("b2", null), url: null }],
    },
  ];

  test("applies each option alone, and combines those of different filters only", () => {
    const names = (combine: number) =>
      filterStates(filters, combine, 100).states.map(({ applied }) => applied.map(({ value }) => value).join("+"));
    expect(names(1)).toEqual(["a1", "a2", "b1"]);
    expect(names(2)).toEqual(["a1", "a2", "b1", "a1+b1", "a2+b1"]);
  });

  test("says what it skipped and how much it cut", () => {
    const { states, skipped, cut } = filterStates(filters, 2, 4);
    expect({ states: states.length, skipped: skipped.map(({ value }) => value), cut }).toEqual({
      states: 4,
      skipped: ["b2"],
      cut: 1,
    });
  });
});

describe("the category walk", () => {
  const root: CategoryNode = {
    parent: null,
    depth: 0,
    name: "",
    url: "https://s.example/",
    count: null,
    isOpened: false,
  };
  const limits = { maxDepth: 2, maxBreadth: 10, maxCategories: 10 };
  const page = (url: string, children: readonly [string, number | null][]) => ({
    url,
    name: "Home",
    count: null,
    children: children.map(([name, count]) => ({ name, url: `https://s.example/${name}`, count })),
    badSelector: null,
  });

  test("a link that leads back isn't a second category, so a circle ends", () => {
    const first = withPage([root], 0, page("https://s.example/", [["a", 1]]), limits).nodes;
    const second = withPage(
      first,
      1,
      page("https://s.example/a", [
        ["a", 1],
        ["b", 1],
      ]),
      limits,
    ).nodes;
    expect(second.map(({ url }) => url)).toEqual(["https://s.example/", "https://s.example/a", "https://s.example/b"]);
    expect(treeOf(second).children[0]?.children[0]?.path).toEqual(["a", "b"]);
  });

  test("an address that redirects isn't a category below itself", () => {
    const first = withPage([root], 0, page("https://s.example/", [["old", 1]]), limits).nodes;
    const { nodes } = withPage(first, 1, page("https://s.example/new", [["new", 1]]), limits);
    expect(nodes.map(({ name }) => name)).toEqual(["Home", "old"]);
  });

  test("at the greatest depth only categories without a count are opened", () => {
    const { nodes } = withPage(
      [root],
      0,
      page("https://s.example/", [
        ["a", 5],
        ["b", null],
      ]),
      limits,
    );
    expect(nextToOpen(nodes, 2)).toBe(1);
    expect(nextToOpen(nodes, 1)).toBe(2);
  });
});
