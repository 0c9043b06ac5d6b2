import type { Choice, Product } from "./product.ts";
import { DEPARTMENTS } from "./taxonomy.ts";

/** Filters as a query string holds them: the values of each by name; `price` holds one `<min>-<max>` in cents. */
export type Applied = Readonly<Record<string, readonly string[]>>;

export const SORTS = ["popular", "price", "price-desc", "rating", "name", "newest"] as const;
export type Sort = (typeof SORTS)[number];

export const PAGE_SIZE = 24;

/** What a filter is called and which of its options a product belongs to: vocabulary that pages and truth share. */
export interface FilterDefinition {
  readonly filter: string;
  readonly label: string;
  choicesOf(product: Product): readonly Choice[];
}

const features = DEPARTMENTS.map(({ feature }): FilterDefinition => ({
  filter: feature.filter,
  label: feature.label,
  choicesOf: (product) => (product.feature.filter === feature.filter ? [product.feature.choice] : []),
}));

export const FILTERS: readonly FilterDefinition[] = [
  { filter: "brand", label: "Brand", choicesOf: (product) => [product.brand] },
  { filter: "colour", label: "Colour", choicesOf: (product) => once(product.variants.map(({ colour }) => colour)) },
  { filter: "size", label: "Size", choicesOf: (product) => once(product.variants.map(({ size }) => size)) },
  { filter: "material", label: "Material", choicesOf: (product) => [product.material] },
  ...features,
  { filter: "rating", label: "Rating", choicesOf: ratingChoices },
  {
    filter: "stock",
    label: "Availability",
    choicesOf: ({ availability }) => [
      { value: availability, label: availability === "in-stock" ? "In stock" : "Out of stock" },
    ],
  },
  {
    filter: "sale",
    label: "Offers",
    choicesOf: (product) => (product.oldPriceCents === null ? [] : [{ value: "yes", label: "On sale" }]),
  },
];

function ratingChoices({ rating }: Product): readonly Choice[] {
  if (rating === null) return [];
  const stars = Math.floor(rating);
  return [{ value: String(stars), label: stars === 5 ? "5 stars" : `${stars} to ${stars}.9 stars` }];
}

const once = (choices: readonly Choice[]): Choice[] => [
  ...new Map(choices.map((choice) => [choice.value, choice])).values(),
];

/** Sizes go from small to large, everything else by value. */
export function byOptionOrder(filter: string): (a: Choice, b: Choice) => number {
  const sizes = filter === "size" ? DEPARTMENTS.flatMap((department) => department.sizes) : [];
  return (a, b) => sizes.indexOf(a.label) - sizes.indexOf(b.label) || (a.value < b.value ? -1 : 1);
}

/** `1000-5000`, `1000-` or `-5000`, in cents; null when it isn't one of these. */
export function parsePrice(text: string): { readonly minCents: number; readonly maxCents: number } | null {
  const match = /^(\d{0,9})-(\d{0,9})$/.exec(text);
  if (match === null || text === "-") return null;
  return { minCents: Number(match[1]), maxCents: match[2] === "" ? Infinity : Number(match[2]) };
}

/** The applied filters of a query string; names that aren't filters, like `page`, are left out. */
export function appliedFrom(query: URLSearchParams): Applied {
  const names = new Set([...FILTERS.map(({ filter }) => filter), "price"]);
  return Object.fromEntries(
    [...new Set(query.keys())].filter((name) => names.has(name)).map((name) => [name, query.getAll(name)]),
  );
}

export function sortFrom(query: URLSearchParams): Sort {
  return SORTS.find((sort) => sort === query.get("sort")) ?? "popular";
}
