import { moneyOf, type Money } from "../reading/money.ts";
import { readNumber } from "../reading/number.ts";
import { availabilityOf } from "./availability.ts";
import type { PartialProduct } from "./product.ts";

/** Reads Open Graph's product properties; a page that is no product has a title and images all the same. */
export function productOfOpenGraph(properties: readonly (readonly [string, string])[]): PartialProduct | undefined {
  const all = (name: string) =>
    properties.filter(([known, value]) => known === name && value !== "").map(([, value]) => value);
  const first = (...names: readonly string[]) => names.flatMap(all)[0] ?? null;
  const isProduct =
    /product/iu.test(first("og:type") ?? "") || properties.some(([name]) => name.startsWith("product:"));
  if (!isProduct) return undefined;
  const currency = first("product:sale_price:currency", "product:price:currency", "og:price:currency");
  const amount = (...names: readonly string[]): Money | null => {
    const text = first(...names);
    if (text === null) return null;
    const value = /^\d+(?:\.\d+)?$/u.test(text) ? Number(text) : readNumber(text);
    return value === undefined ? null : moneyOf(value, currency);
  };
  const price = amount("product:sale_price:amount", "product:price:amount", "og:price:amount");
  const original = amount("product:original_price:amount", "product:price:amount");
  return {
    name: first("og:title"),
    sku: first("product:retailer_item_id", "product:sku"),
    gtin: first("product:ean", "product:gtin", "product:upc", "product:isbn"),
    brand: first("product:brand", "og:brand"),
    description: first("og:description"),
    price,
    oldPrice: original !== null && price !== null && original.minorUnits > price.minorUnits ? original : null,
    availability: availabilityOf(first("product:availability", "og:availability") ?? "") ?? null,
    images: [...new Set([...all("og:image"), ...all("og:image:url")])],
  };
}
