import {
  type Applied,
  byOptionOrder,
  type FilterDefinition,
  FILTERS,
  PAGE_SIZE,
  parsePrice,
  type Sort,
} from "./filters.ts";
import type { Catalogue, Category, Choice, Product } from "./product.ts";

export interface CountedCategory {
  readonly path: string;
  readonly name: string;
  readonly count: number;
}
export interface CategoryTruth extends CountedCategory {
  readonly subcategories: readonly CountedCategory[];
  /** Every category below, parents before children. */
  readonly descendants: readonly CountedCategory[];
}

export type FilterTruth =
  | {
      readonly kind: "options";
      readonly filter: string;
      readonly label: string;
      readonly options: readonly (Choice & { readonly count: number })[];
    }
  | {
      readonly kind: "range";
      readonly filter: "price";
      readonly label: string;
      /** Null when no product is left. */
      readonly minCents: number | null;
      readonly maxCents: number | null;
    };
export interface FiltersTruth {
  readonly path: string;
  /** Products in the result. */
  readonly count: number;
  readonly filters: readonly FilterTruth[];
}

export interface ProductsTruth {
  readonly path: string;
  readonly count: number;
  /** At least 1: an empty result has one empty page. */
  readonly pageCount: number;
  readonly pageSize: number;
  /** In order over all pages. */
  readonly skus: readonly string[];
  readonly pages: readonly (readonly string[])[];
}

/** What the pages must show. Each method answers null for a path or sku that doesn't exist. */
export interface ShopTruth {
  category(path: string): CategoryTruth | null;
  filters(path: string, applied?: Applied): FiltersTruth | null;
  products(path: string, applied?: Applied, sort?: Sort): ProductsTruth | null;
  product(sku: string): Product | null;
}

/** Written for plainness, by scanning the whole catalogue each time; the pages use another way (listing.ts). */
export function shopTruth({ root, products }: Catalogue): ShopTruth {
  const inCategory = (path: string): Product[] =>
    products.filter(({ category }) => path === "" || category === path || category.startsWith(`${path}/`));
  const counted = ({ path, name }: Category): CountedCategory => ({ path, name, count: inCategory(path).length });
  const find = (path: string): Category | undefined => [root, ...below(root)].find((known) => known.path === path);

  return {
    category: (path) => {
      const category = find(path);
      if (category === undefined) return null;
      return {
        ...counted(category),
        subcategories: category.children.map(counted),
        descendants: below(category).map(counted),
      };
    },
    filters: (path, applied = {}) => {
      if (find(path) === undefined) return null;
      const all = inCategory(path);
      const definitions = FILTERS.filter((definition) =>
        all.some((product) => definition.choicesOf(product).length > 0),
      );
      const options = definitions.map((definition) => optionsOf(definition, all, applied));
      const count = all.filter((product) => matches(product, applied)).length;
      return { path, count, filters: [...options, priceRange(all, applied)] };
    },
    products: (path, applied = {}, sort = "popular") => {
      if (find(path) === undefined) return null;
      const skus = inCategory(path)
        .filter((product) => matches(product, applied))
        .toSorted((a, b) => ORDERS[sort](a, b) || compare(a.sku, b.sku))
        .map(({ sku }) => sku);
      const pageCount = Math.max(1, Math.ceil(skus.length / PAGE_SIZE));
      const pages = Array.from({ length: pageCount }, (_, at) => skus.slice(at * PAGE_SIZE, (at + 1) * PAGE_SIZE));
      return { path, count: skus.length, pageCount, pageSize: PAGE_SIZE, skus, pages };
    },
    product: (sku) => products.find((product) => product.sku === sku) ?? null,
  };
}

const below = (category: Category): Category[] => category.children.flatMap((child) => [child, ...below(child)]);

function matches(product: Product, applied: Applied): boolean {
  return Object.entries(applied).every(([filter, values]) => {
    if (values.length === 0) return true;
    if (filter === "price") {
      const range = parsePrice(values[0] ?? "");
      return range === null || (product.priceCents >= range.minCents && product.priceCents <= range.maxCents);
    }
    const definition = FILTERS.find((known) => known.filter === filter);
    return definition === undefined || definition.choicesOf(product).some(({ value }) => values.includes(value));
  });
}

/** The options of the whole category, each with the products it would give alone beside the other filters. */
function optionsOf(definition: FilterDefinition, all: readonly Product[], applied: Applied): FilterTruth {
  const choices = new Map(all.flatMap((product) => definition.choicesOf(product)).map((one) => [one.value, one]));
  const options = [...choices.values()].toSorted(byOptionOrder(definition.filter)).map((choice) => ({
    ...choice,
    count: all.filter((product) => matches(product, { ...applied, [definition.filter]: [choice.value] })).length,
  }));
  return { kind: "options", filter: definition.filter, label: definition.label, options };
}

function priceRange(all: readonly Product[], applied: Applied): FilterTruth {
  const prices = all.filter((product) => matches(product, { ...applied, price: [] })).map((one) => one.priceCents);
  const empty = prices.length === 0;
  return {
    kind: "range",
    filter: "price",
    label: "Price",
    minCents: empty ? null : Math.min(...prices),
    maxCents: empty ? null : Math.max(...prices),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const ORDERS: Readonly<Record<Sort, (a: Product, b: Product) => number>> = {
  popular: (a, b) => b.popularity - a.popularity,
  price: (a, b) => a.priceCents - b.priceCents,
  "price-desc": (a, b) => b.priceCents - a.priceCents,
  rating: (a, b) => (b.rating ?? 0) - (a.rating ?? 0),
  name: (a, b) => compare(a.name, b.name),
  newest: (a, b) => b.addedDay - a.addedDay,
};
