import { readMoney } from "../reading/money.ts";
import { readNumber } from "../reading/number.ts";
import { availabilityOf } from "./availability.ts";
import type { PartialProduct } from "./product.ts";
import type { VisibleProduct } from "./product-in-page.ts";

/** Gives the texts of a page their types; what can't be read is left out. */
export function productOfTexts(texts: Partial<VisibleProduct>): PartialProduct {
  const { name, sku, brand, description, images } = texts;
  const price = texts.price ? (readMoney(texts.price) ?? null) : null;
  return {
    name: name ?? null,
    sku: sku ?? null,
    gtin: /\d{8,14}/u.exec((texts.gtin ?? "").replaceAll(/[\s-]/gu, ""))?.[0] ?? null,
    brand: brand ?? null,
    description: description ?? null,
    price,
    oldPrice: texts.oldPrice ? (readMoney(texts.oldPrice, price?.currency ?? undefined) ?? null) : null,
    availability: texts.availability ? (availabilityOf(texts.availability) ?? null) : null,
    rating: texts.rating ? (readNumber(texts.rating) ?? null) : null,
    reviewCount: texts.reviewCount ? (readNumber(texts.reviewCount) ?? null) : null,
    images: [...(images ?? [])],
  };
}
