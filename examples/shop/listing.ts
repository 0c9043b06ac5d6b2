import { type Applied, byOptionOrder, FILTERS, PAGE_SIZE, parsePrice, type Sort } from "./filters.ts";
import type { Catalogue, Category, Choice, Product } from "./product.ts";

export interface Facet {
  readonly filter: string;
  readonly label: string;
  readonly options: readonly (Choice & { readonly count: number; readonly checked: boolean })[];
}

export interface Listing {
  readonly products: readonly Product[];
  readonly count: number;
  readonly pageCount: number;
  readonly facets: readonly Facet[];
  /** Null when no product is left. */
  readonly price: { readonly minCents: number; readonly maxCents: number } | null;
}

/** The catalogue as the pages look things up in it. */
export interface ShopIndex {
  readonly bySku: ReadonlyMap<string, Product>;
  readonly byPath: ReadonlyMap<string, Category>;
  /** Products by the path of every category they are in, the root included. */
  readonly within: ReadonlyMap<string, readonly Product[]>;
}

export function indexShop({ root, products }: Catalogue): ShopIndex {
  const byPath = new Map<string, Category>();
  const within = new Map<string, Product[]>();
  const visit = (category: Category): void => {
    byPath.set(category.path, category);
    within.set(category.path, []);
    category.children.forEach(visit);
  };
  visit(root);
  for (const product of products) {
    const [top, shelf] = product.category.split("/");
    for (const path of ["", `${top}`, `${top}/${shelf}`, product.category]) within.get(path)?.push(product);
  }
  return { bySku: new Map(products.map((product) => [product.sku, product])), byPath, within };
}

/** One pass: a product that fails one filter alone still counts for the options of that filter. */
export function listProducts(all: readonly Product[], applied: Applied, sort: Sort, page: number): Listing {
  const price = parsePrice(applied["price"]?.[0] ?? "");
  const wanted = FILTERS.map(({ filter }) => new Set(applied[filter]));
  const tallies = FILTERS.map(() => new Map<string, { choice: Choice; count: number }>());
  const found: Product[] = [];
  let minCents = Infinity;
  let maxCents = -Infinity;
  for (const product of all) {
    const choices = FILTERS.map((definition) => definition.choicesOf(product));
    const failed = choices.flatMap((own, at) => {
      const values = wanted[at];
      return values === undefined || values.size === 0 || own.some(({ value }) => values.has(value)) ? [] : [at];
    });
    const priced = price === null || (product.priceCents >= price.minCents && product.priceCents <= price.maxCents);
    if (failed.length === 0) {
      minCents = Math.min(minCents, product.priceCents);
      maxCents = Math.max(maxCents, product.priceCents);
      if (priced) found.push(product);
    }
    for (const [at, own] of choices.entries()) {
      const counts = priced && (failed.length === 0 || (failed.length === 1 && failed[0] === at));
      for (const choice of own) {
        const tally = tallies[at]?.get(choice.value);
        if (tally === undefined) tallies[at]?.set(choice.value, { choice, count: Number(counts) });
        else tally.count += Number(counts);
      }
    }
  }
  return {
    products: found.toSorted(inOrder(sort)).slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    count: found.length,
    pageCount: Math.max(1, Math.ceil(found.length / PAGE_SIZE)),
    facets: FILTERS.flatMap(({ filter, label }, at): Facet[] => {
      const options = [...(tallies[at]?.values() ?? [])].map(({ choice, count }) => ({
        ...choice,
        count,
        checked: wanted[at]?.has(choice.value) === true,
      }));
      return options.length === 0 ? [] : [{ filter, label, options: options.toSorted(byOptionOrder(filter)) }];
    }),
    price: minCents <= maxCents ? { minCents, maxCents } : null,
  };
}

/** Equals fall back to the order of skus. */
function inOrder(sort: Sort): (a: Product, b: Product) => number {
  const key = (product: Product): number | string => {
    if (sort === "price") return product.priceCents;
    if (sort === "price-desc") return -product.priceCents;
    if (sort === "rating") return -(product.rating ?? 0);
    if (sort === "name") return product.name;
    return sort === "newest" ? -product.addedDay : -product.popularity;
  };
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left !== right) return left < right ? -1 : 1;
    return a.sku < b.sku ? -1 : 1;
  };
}
