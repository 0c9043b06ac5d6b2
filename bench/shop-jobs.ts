import { DEFAULT_SEED, makeCatalogue } from "../examples/shop/catalogue.ts";
import { shopTruth } from "../examples/shop/truth.ts";
import type { ShopJob } from "./arm/shop-job.ts";

/** Categories with at least this many products: their first page is full. */
const FULL_PAGE_PRODUCTS = 24;

/** The same list in every run: each product of each full category's first page, category after category in turn. */
export function shopJobs(origin: string, count: number): ShopJob[] {
  const catalogue = makeCatalogue(DEFAULT_SEED);
  const truth = shopTruth(catalogue);
  const bySku = new Map(catalogue.products.map((product) => [product.sku, product]));
  const categories = (truth.category("")?.descendants ?? []).filter((category) => category.count >= FULL_PAGE_PRODUCTS);
  const pages = categories.map(({ path }) => ({ path, skus: truth.products(path)?.pages[0] ?? [] }));
  return Array.from({ length: count }, (_, index) => {
    const page = pages[index % pages.length];
    const product = bySku.get(page?.skus[Math.floor(index / pages.length) % FULL_PAGE_PRODUCTS] ?? "");
    if (page === undefined || product === undefined) throw new Error("the shop has no full category page");
    return {
      categoryUrl: `${origin}/c/${page.path}`,
      cards: page.skus.length,
      productUrl: `${origin}${product.url}`,
      sku: product.sku,
      productName: product.name,
    };
  });
}
