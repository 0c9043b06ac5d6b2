import { moneyOf, type Money } from "../reading/money.ts";
import { readNumber } from "../reading/number.ts";
import { availabilityOf, type Availability } from "./availability.ts";
import type { PartialProduct } from "./product.ts";

type Thing = Readonly<Record<string, unknown>>;

const DEPTH_MAX = 6;
const PRODUCT_TYPES = new Set([
  "Product",
  "IndividualProduct",
  "ProductModel",
  "ProductGroup",
  "SomeProducts",
  "Vehicle",
  "Book",
]);

/** The page's product among the JSON-LD texts: in arrays, in `@graph`, or as another thing's `mainEntity`. */
export function productOfJsonLd(texts: readonly string[]): PartialProduct | undefined {
  const products = texts.flatMap((script) => productsIn(parse(script), 0));
  // A page of variants or of neighbours holds several; the one that is offered is the page's.
  const best = products.find((product) => product["offers"] !== undefined) ?? products[0];
  return best === undefined ? undefined : productOfThing(best);
}

/** Reads schema.org's Product, in JSON-LD or rebuilt from microdata. */
export function productOfThing(thing: Thing): PartialProduct {
  const offers = readOffers(
    thing["offers"] ?? things(thing["hasVariant"]).flatMap((variant) => list(variant["offers"])),
  );
  const rating = asThing(thing["aggregateRating"]);
  const images = list(thing["image"]).flatMap(
    (image) => text(asThing(image)?.["url"] ?? asThing(image)?.["contentUrl"] ?? image) ?? [],
  );
  return {
    name: text(thing["name"]),
    sku: text(thing["sku"]) ?? text(thing["productID"]),
    gtin: text(
      thing["gtin13"] ?? thing["gtin"] ?? thing["gtin14"] ?? thing["gtin12"] ?? thing["gtin8"] ?? thing["ean"],
    ),
    brand: nameOf(thing["brand"]) ?? nameOf(thing["manufacturer"]),
    description: text(thing["description"]),
    ...offers,
    rating: number(rating?.["ratingValue"]),
    reviewCount: number(rating?.["reviewCount"] ?? rating?.["ratingCount"]),
    images,
  };
}

interface Offers {
  readonly price: Money | null;
  readonly highPrice: Money | null;
  readonly availability: Availability | null;
}

function readOffers(value: unknown): Offers {
  const prices: Money[] = [];
  const availabilities: Availability[] = [];
  for (const offer of things(value).flatMap((entry) => [entry, ...things(entry["offers"])])) {
    for (const priced of [offer, ...things(offer["priceSpecification"]).slice(0, 1)]) {
      const currency = text(priced["priceCurrency"]) ?? text(offer["priceCurrency"]);
      for (const name of ["price", "lowPrice", "highPrice"]) {
        const amount = number(priced[name]);
        if (amount !== null) prices.push(moneyOf(amount, currency));
      }
    }
    const availability = availabilityOf(text(offer["availability"]) ?? "");
    if (availability !== undefined) availabilities.push(availability);
  }
  const sorted = prices.toSorted((a, b) => a.minorUnits - b.minorUnits);
  const [lowest, highest] = [sorted[0] ?? null, sorted.at(-1) ?? null];
  return {
    price: lowest,
    highPrice: highest === null || highest.minorUnits === lowest?.minorUnits ? null : highest,
    availability: availabilities.find((one) => one === "in-stock") ?? availabilities[0] ?? null,
  };
}

function productsIn(value: unknown, depth: number): Thing[] {
  if (depth > DEPTH_MAX) return [];
  if (Array.isArray(value)) return value.flatMap((entry) => productsIn(entry, depth + 1));
  const thing = asThing(value);
  if (thing === undefined) return [];
  if (list(thing["@type"]).some((type) => typeof type === "string" && PRODUCT_TYPES.has(shortType(type))))
    return [thing];
  return [...productsIn(thing["@graph"], depth + 1), ...productsIn(thing["mainEntity"], depth + 1)];
}

/** `https://schema.org/Product` and `schema:Product` are `Product`. */
function shortType(type: string): string {
  return type.slice(Math.max(type.lastIndexOf("/"), type.lastIndexOf(":")) + 1);
}

/** Shops wrap the script's text in comments, and leave line breaks in strings; the first is mended. */
function parse(script: string): unknown {
  const bare = script
    .replace(/^\s*(?:\/\/\s*)?(?:<!--|<!\[CDATA\[)/u, "")
    .replace(/(?:\/\/\s*)?(?:-->|\]\]>)\s*$/u, "");
  try {
    return JSON.parse(bare.trim().replace(/;$/u, ""));
  } catch {
    return undefined;
  }
}

function asThing(value: unknown): Thing | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Thing) : undefined;
}

function things(value: unknown): Thing[] {
  return list(value)
    .map((entry) => asThing(entry))
    .filter((entry) => entry !== undefined);
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function text(value: unknown): string | null {
  const first = Array.isArray(value) ? list(value)[0] : value;
  if (typeof first === "number") return String(first);
  if (typeof first !== "string") {
    const inner = asThing(first)?.["@value"];
    return typeof inner === "string" ? text(inner) : null;
  }
  return first.replaceAll(/\s+/gu, " ").trim() || null;
}

function nameOf(value: unknown): string | null {
  const first = list(value)[0];
  return text(asThing(first)?.["name"] ?? first);
}

function number(value: unknown): number | null {
  const plain = list(value)[0];
  if (typeof plain === "number") return Number.isFinite(plain) ? plain : null;
  if (typeof plain !== "string") return null;
  // schema.org writes decimals with a point: "1.299" is one and a bit, as nowhere on a visible page.
  return /^\s*-?\d+(?:\.\d+)?\s*$/u.test(plain) ? Number(plain) : (readNumber(plain) ?? null);
}
