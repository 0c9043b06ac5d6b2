import type { Applied, Sort } from "./filters.ts";
import type { Product } from "./product.ts";
import type { CategoryTruth, ShopTruth } from "./truth.ts";

/** What a strategy's output must hold for this shop. Keys that aren't here aren't compared; lists are compared whole. */
export interface ExpectedOutputs {
  pagination(path: string, applied: Applied, sort: Sort): object | null;
  filterDiscovery(path: string): object | null;
  filterExploration(path: string, filters: readonly string[]): object | null;
  subcategories(path: string): object | null;
  extraction(path: string): object | null;
}

/** The ground truth in the shape of the strategies' outputs, with the addresses of this origin. */
export function expectedOutputs(truth: ShopTruth, origin: string): ExpectedOutputs {
  const productsOf = (skus: readonly string[]): Product[] =>
    skus.map((sku) => truth.product(sku)).filter((product) => product !== null);
  const categoryUrl = (path: string): string => (path === "" ? `${origin}/` : `${origin}/c/${path}`);
  const money = (cents: number | null) => (cents === null ? null : { minorUnits: cents, currency: "EUR" });

  const card = (product: Product) => ({
    key: product.sku,
    sku: product.sku,
    name: product.name,
    url: `${origin}${product.url}`,
    price: money(product.priceCents),
    oldPrice: money(product.oldPriceCents),
    brand: product.brand.label,
    rating: product.rating,
    reviewCount: product.reviewCount,
  });
  const details = (product: Product) => ({
    kind: "found",
    requestedUrl: `${origin}${product.url}`,
    url: `${origin}${product.url}`,
    product: {
      name: product.name,
      sku: product.sku,
      gtin: product.gtin,
      brand: product.brand.label,
      description: product.description,
      price: money(product.priceCents),
      oldPrice: money(product.oldPriceCents),
      availability: product.availability,
      rating: product.rating,
      reviewCount: product.reviewCount,
      images: product.images.map((image) => `${origin}${image}`),
    },
    sources: { price: product.structuredData.kind === "none" ? "page" : product.structuredData.kind },
    problems: [],
  });
  const tree = ({ path, count, name }: CategoryTruth, above: readonly string[]): object => ({
    ...(path === "" ? {} : { name, count }),
    url: categoryUrl(path),
    path: above,
    children: (truth.category(path)?.subcategories ?? []).map((child) => {
      const below = truth.category(child.path);
      return below === null ? {} : tree(below, [...above, child.name]);
    }),
  });

  return {
    pagination: (path, applied, sort) => {
      const list = truth.products(path, applied, sort);
      if (list === null) return null;
      const { count, skus } = list;
      return {
        statedCount: count,
        count,
        ended: "end-of-list",
        complete: true,
        products: productsOf(skus).map(card),
        problems: [],
      };
    },
    filterDiscovery: (path) => {
      const found = truth.filters(path);
      if (found === null) return null;
      const filters = found.filters.map((filter) =>
        filter.kind === "range"
          ? { kind: "range", name: filter.filter, label: filter.label, min: filter.minCents, max: filter.maxCents }
          : { kind: "options", name: filter.filter, label: filter.label, options: filter.options },
      );
      return { count: found.count, filters };
    },
    filterExploration: (path, names) => {
      const found = truth.filters(path);
      if (found === null) return null;
      const wanted = found.filters.filter(({ filter }) => names.length === 0 || names.includes(filter));
      const explored = wanted.flatMap((filter) =>
        filter.kind === "range"
          ? []
          : filter.options.map(({ value }) => {
              const list = truth.products(path, { [filter.filter]: [value] });
              return { applied: [{ filter: filter.filter, value }], count: list?.count, keys: list?.pages[0] };
            }),
      );
      return { count: found.count, explored, skipped: [], cut: 0 };
    },
    subcategories: (path) => {
      const category = truth.category(path);
      return category === null
        ? null
        : { root: tree(category, []), categories: category.descendants.length + 1, cut: 0 };
    },
    extraction: (path) => {
      const list = truth.products(path);
      if (list === null) return null;
      return { products: productsOf(list.skus).map(details), found: list.count, missing: 0 };
    },
  };
}
