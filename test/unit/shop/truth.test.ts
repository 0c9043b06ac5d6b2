import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { makeCatalogue } from "../../../examples/shop/catalogue.ts";
import { type Applied, FILTERS, type Sort, SORTS } from "../../../examples/shop/filters.ts";
import { indexShop, listProducts } from "../../../examples/shop/listing.ts";
import type { Product } from "../../../examples/shop/product.ts";
import { shopTruth } from "../../../examples/shop/truth.ts";
import { bruteForce } from "./brute-force.ts";

const catalogue = makeCatalogue();
const truth = shopTruth(catalogue);
const index = indexShop(catalogue);
const paths = [...index.byPath.keys()];

const values: Record<string, string[]> = Object.fromEntries(
  FILTERS.map((definition) => [
    definition.filter,
    [...new Set(catalogue.products.flatMap((product) => definition.choicesOf(product).map(({ value }) => value)))],
  ]),
);
const applied = fc.record(
  {
    ...Object.fromEntries(
      Object.entries(values).map(([filter, known]) => [
        filter,
        fc.subarray([...known, "no-such-value"], { minLength: 1, maxLength: Math.min(3, known.length + 1) }),
      ]),
    ),
    price: fc.constantFrom(["2000-20000"], ["-9999"], ["5000-"], ["9-1"], ["nonsense"], ["-"]),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Applied>;

describe("the ground truth", () => {
  test("counts each category as a plain count does", () => {
    const all = truth.category("");
    expect(all?.count).toBe(catalogue.products.length);
    expect(all?.descendants).toHaveLength(paths.length - 1);
    const plain = (path: string): number =>
      catalogue.products.filter(({ category }) => `${category}/`.startsWith(`${path}/`)).length;
    expect(all?.descendants.map(({ count }) => count)).toEqual(all?.descendants.map(({ path }) => plain(path)));
    expect(truth.category("outdoor")?.subcategories.map(({ path }) => path)).toEqual([
      "outdoor/tents",
      "outdoor/sleeping",
      "outdoor/camp-kitchen",
    ]);
    expect(truth.category("outdoor/tents/cargo-bikes")).toBeNull();
  });

  test("agrees with a brute-force count and with what the pages list, whatever is applied", () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), applied, fc.constantFrom<Sort>(...SORTS), (path, query, sort) => {
        const all = index.within.get(path) ?? [];
        const plain = bruteForce(all, query);
        const filters = truth.filters(path, query);
        const counts = Object.fromEntries(
          (filters?.filters ?? []).flatMap((one) =>
            one.kind === "range" ? [] : one.options.map(({ value, count }) => [`${one.filter}=${value}`, count]),
          ),
        );
        expect(counts).toEqual(plain.counts);
        const listed = truth.products(path, query, sort);
        expect(new Set(listed?.skus)).toEqual(plain.skus);

        const listing = listProducts(all, query, sort, 1);
        expect(listing.count).toBe(listed?.count);
        expect(listing.pageCount).toBe(listed?.pageCount);
        expect(listing.products.map(({ sku }) => sku)).toEqual(listed?.pages[0]);
        const facets = listing.facets.map(({ filter, label, options }) => ({
          kind: "options",
          filter,
          label,
          options: options.map(({ value, label: text, count }) => ({ value, label: text, count })),
        }));
        const range = { minCents: listing.price?.minCents ?? null, maxCents: listing.price?.maxCents ?? null };
        expect([...facets, { kind: "range", filter: "price", label: "Price", ...range }]).toEqual(filters?.filters);
      }),
      { numRuns: 150 },
    );
  });

  test("known-bad twin: counts that keep the filter's own choice applied are told apart", () => {
    const all = index.within.get("outdoor/tents") ?? [];
    const query = { brand: ["nordlys"] };
    const chosen = bruteForce(all, query).skus;
    const wrong = bruteForce(
      all.filter(({ sku }) => chosen.has(sku)),
      {},
    ).counts;
    expect(listProducts(all, query, "popular", 1).count).toBe(chosen.size);
    expect(wrong).not.toEqual(bruteForce(all, query).counts);
  });

  test("orders by each sort, equals by sku", () => {
    const inOrder = (sort: Sort): Product[] =>
      (truth.products("clothing", {}, sort)?.skus ?? []).flatMap((sku) => truth.product(sku) ?? []);
    const key: Record<Sort, (product: Product) => number | string> = {
      popular: ({ popularity }) => -popularity,
      price: ({ priceCents }) => priceCents,
      "price-desc": ({ priceCents }) => -priceCents,
      rating: ({ rating }) => -(rating ?? 0),
      name: ({ name }) => name,
      newest: ({ addedDay }) => -addedDay,
    };
    for (const sort of SORTS) {
      const products = inOrder(sort);
      for (const [at, product] of products.slice(1).entries()) {
        const before = products[at] ?? product;
        const [left, right] = [key[sort](before), key[sort](product)];
        expect(
          left < right || (left === right && before.sku < product.sku),
          `${sort}: ${before.sku} ${product.sku}`,
        ).toBe(true);
      }
    }
  });

  test.each([
    ["home-living/tableware/seasonal", 0, 1],
    ["cycling/bikes/cargo-bikes", 1, 1],
    ["outdoor/tents/shelters-tarps", 24, 1],
    ["outdoor/camp-kitchen/cookware", 25, 2],
    ["clothing/jackets/rain-jackets", 48, 2],
    ["outdoor/tents/family-tents", 49, 3],
  ])("cuts %s with %i products into %i pages", (path, count, pageCount) => {
    const products = truth.products(path);
    expect(products).toMatchObject({ count, pageCount });
    expect(products?.pages).toHaveLength(pageCount);
    expect(products?.pages.flat()).toEqual(products?.skus);
  });
});
