export type StructuredData =
  | { readonly kind: "json-ld"; readonly shape: "plain" | "graph" | "type-array" | "aggregate-offer" }
  | { readonly kind: "microdata" }
  | { readonly kind: "open-graph" }
  | { readonly kind: "none" };

/** A choice that a filter offers: `value` stands in the query string, `label` on the page. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Variant {
  readonly sku: string;
  readonly colour: Choice;
  readonly size: Choice;
  readonly priceCents: number;
  readonly stock: number;
}

export interface Product {
  /** Three letters, a hyphen, five digits. */
  readonly sku: string;
  readonly slug: string;
  /** Path of the page, which begins with a slash. */
  readonly url: string;
  readonly name: string;
  readonly brand: Choice;
  /** Path of the third-level category, like `outdoor/tents/family-tents`. */
  readonly category: string;
  /** 13 digits with a right check digit. */
  readonly gtin: string;
  readonly description: string;
  /** The lowest price of a variant. */
  readonly priceCents: number;
  readonly oldPriceCents: number | null;
  readonly currency: "EUR";
  readonly availability: "in-stock" | "out-of-stock";
  /** 1.0 to 5.0 in tenths; null without reviews. */
  readonly rating: number | null;
  readonly reviewCount: number;
  readonly material: Choice;
  /** A filter that only this top category has, and the product's value of it. */
  readonly feature: { readonly filter: string; readonly label: string; readonly choice: Choice };
  readonly variants: readonly [Variant, ...Variant[]];
  /** Paths of the images. */
  readonly images: readonly [string, ...string[]];
  /** Higher is shown earlier in the default order. */
  readonly popularity: number;
  /** Days since 1970-01-01 on which it came into the shop. */
  readonly addedDay: number;
  readonly structuredData: StructuredData;
}

/** A category of any level; the third level holds the products. */
export interface Category {
  /** Slugs joined by slashes; "" is the root. */
  readonly path: string;
  readonly name: string;
  readonly children: readonly Category[];
}

export interface Catalogue {
  readonly root: Category;
  readonly products: readonly Product[];
}
