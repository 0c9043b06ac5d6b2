import { z } from "zod";

import { AVAILABILITIES } from "./availability.ts";
import { money } from "./listing.ts";

/** Where a value comes from, the most reliable first. */
export const SOURCES = ["json-ld", "microdata", "open-graph", "selectors", "page"] as const;
export type Source = (typeof SOURCES)[number];

export const productSchema = z.object({
  name: z.string().nullable(),
  sku: z.string().nullable(),
  gtin: z.string().nullable(),
  brand: z.string().nullable(),
  description: z.string().nullable(),
  price: money.nullable().describe("The lowest price that is asked now."),
  highPrice: money.nullable().describe("The highest, where a product has several."),
  oldPrice: money.nullable().describe("The price before a reduction."),
  availability: z.enum(AVAILABILITIES).nullable(),
  rating: z.number().nullable(),
  reviewCount: z.number().nullable(),
  images: z.array(z.string()).nullable(),
});
export type Product = z.output<typeof productSchema>;
export type PartialProduct = Partial<Product>;

const PRODUCT_FIELDS = Object.keys(productSchema.shape) as (keyof Product)[];

/** Takes each field from the first source that has it, and says from which. */
export function mergeProduct(found: Readonly<Partial<Record<Source, PartialProduct>>>): {
  readonly product: Product;
  readonly sources: Partial<Record<keyof Product, Source>>;
} {
  const sources: Partial<Record<keyof Product, Source>> = {};
  const product = Object.fromEntries(
    PRODUCT_FIELDS.map((field) => {
      const source = SOURCES.find((candidate) => hasValue(found[candidate]?.[field]));
      if (source !== undefined) sources[field] = source;
      return [field, source === undefined ? null : found[source]?.[field]];
    }),
  ) as Product;
  return { product, sources };
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}
