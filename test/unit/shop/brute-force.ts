import type { Applied } from "../../../examples/shop/filters.ts";
import type { Product } from "../../../examples/shop/product.ts";

/** The values of each filter, spelled out anew so that a slip in the shop's own table shows. */
function valuesOf(product: Product): Record<string, string[]> {
  return {
    brand: [product.brand.value],
    colour: product.variants.map((variant) => variant.colour.value),
    size: product.variants.map((variant) => variant.size.value),
    material: [product.material.value],
    [product.feature.filter]: [product.feature.choice.value],
    rating: product.rating === null ? [] : [String(product.rating)[0] ?? ""],
    stock: [product.variants.some((variant) => variant.stock > 0) ? "in-stock" : "out-of-stock"],
    sale: product.oldPriceCents === null ? [] : ["yes"],
  };
}

function priceFits(priceCents: number, applied: Applied): boolean {
  const [text = ""] = applied["price"] ?? [];
  const [min, max] = text.split("-");
  if (text === "-" || !/^\d*-\d*$/.test(text)) return true;
  return priceCents >= Number(min) && (max === "" || priceCents <= Number(max));
}

/** What a query must give, by the definition and nothing else. Counts are by `filter=value`. */
export function bruteForce(
  products: readonly Product[],
  applied: Applied,
): { skus: ReadonlySet<string>; counts: Record<string, number> } {
  const skus = new Set<string>();
  const counts: Record<string, number> = {};
  for (const product of products) {
    const own = valuesOf(product);
    const passes = (filter: string): boolean =>
      filter === "price"
        ? priceFits(product.priceCents, applied)
        : (applied[filter] ?? []).some((value) => own[filter]?.includes(value));
    const failing = Object.keys(applied).filter((filter) => !passes(filter));
    if (failing.length === 0) skus.add(product.sku);
    for (const [filter, values] of Object.entries(own)) {
      const others = failing.filter((name) => name !== filter);
      for (const value of new Set(values)) {
        counts[`${filter}=${value}`] = (counts[`${filter}=${value}`] ?? 0) + Number(others.length === 0);
      }
    }
  }
  return { skus, counts };
}
