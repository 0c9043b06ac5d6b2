import type { Catalogue, Category, Product, StructuredData, Variant } from "./product.ts";
import { type Random, randomFrom } from "./random.ts";
import { choiceOf, type Department, DEPARTMENTS, type Leaf, type Shelf, slugOf } from "./taxonomy.ts";
import { BRANDS, CARE, COLOURS, FLOURISHES, PRAISE, SERIES } from "./vocabulary.ts";

export const DEFAULT_SEED = 20_261;

/** The whole shop as data. The same seed gives the same catalogue, byte for byte. */
export function makeCatalogue(seed: number = DEFAULT_SEED): Catalogue {
  const random = randomFrom(seed);
  const products: Product[] = [];
  const children = DEPARTMENTS.map((department): Category => {
    const path = slugOf(department.name);
    const shelves = department.shelves.map((shelf): Category => {
      const shelfPath = `${path}/${slugOf(shelf.name)}`;
      const leaves = shelf.leaves.map((leaf): Category => {
        const category = `${shelfPath}/${slugOf(leaf[0])}`;
        for (let made = 0; made < leaf[1]; made += 1) {
          products.push(makeProduct(random, department, shelf, leaf, category, products.length + 1));
        }
        return { path: category, name: leaf[0], children: [] };
      });
      return { path: shelfPath, name: shelf.name, children: leaves };
    });
    return { path, name: department.name, children: shelves };
  });
  return { root: { path: "", name: "All products", children }, products };
}

function makeProduct(
  random: Random,
  department: Department,
  shelf: Shelf,
  leaf: Leaf,
  category: string,
  serial: number,
): Product {
  const sku = `${department.skuPrefix}-${String(serial).padStart(5, "0")}`;
  const brand = choiceOf(random.pick(BRANDS));
  const flourish = random.chance(0.125) ? ` ${random.pick(FLOURISHES)}` : "";
  const name = `${random.pick(SERIES)} ${random.pick(leaf[2])}${flourish}`;
  const listCents = priceBetween(random, shelf.priceCents);
  const onSale = random.chance(0.22);
  const priceCents = onSale ? Math.round((listCents * random.int(55, 90)) / 100) : listCents;
  const variants = makeVariants(random, department, sku, priceCents);
  const reviewCount = random.chance(0.1) ? 0 : random.int(1, 480);
  const material = choiceOf(random.pick(department.materials));
  const slug = slugOf(name);
  return {
    sku,
    slug,
    url: `/p/${sku}-${slug}`,
    name,
    brand,
    category,
    gtin: gtinOf(serial),
    description: `${name} by ${brand.label}, in ${material.label.toLowerCase()}. ${random.pick(PRAISE)} ${random.pick(CARE)}`,
    priceCents,
    oldPriceCents: onSale ? listCents : null,
    currency: "EUR",
    availability: variants.some((variant) => variant.stock > 0) ? "in-stock" : "out-of-stock",
    rating: reviewCount === 0 ? null : random.int(21, 50) / 10,
    reviewCount,
    material,
    feature: {
      filter: department.feature.filter,
      label: department.feature.label,
      choice: choiceOf(random.pick(department.feature.values)),
    },
    variants,
    images: [`/images/${sku}-1.svg`, `/images/${sku}-2.svg`, `/images/${sku}-3.png`],
    popularity: random.int(1, 1000),
    addedDay: random.int(20_100, 20_700),
    structuredData: pickStructuredData(random),
  };
}

/** Cheap things are commoner than dear ones, and prices end as shop prices do. */
function priceBetween(random: Random, [min, max]: readonly [number, number]): number {
  const position = (random.int(0, 1000) / 1000) ** 3;
  const euros = Math.floor((min + (max - min) * position) / 100);
  return euros * 100 + random.pick([0, 50, 90, 95, 99]);
}

function makeVariants(
  random: Random,
  department: Department,
  sku: string,
  priceCents: number,
): [Variant, ...Variant[]] {
  const colours = random.sample(COLOURS, random.int(1, 3)).map(([label]) => choiceOf(label));
  const sizes = random.sample(department.sizes, random.int(1, department.sizes.length)).map(choiceOf);
  const stepCents = random.chance(0.3) ? random.int(2, 20) * 100 : 0;
  const gone = random.chance(0.12);
  const made = colours.flatMap((colour, at) =>
    sizes.map((size, step): Variant => ({
      sku: `${sku}-${String(at * sizes.length + step + 1).padStart(2, "0")}`,
      colour,
      size,
      priceCents: priceCents + stepCents * step,
      stock: gone || random.chance(0.15) ? 0 : random.int(1, 40),
    })),
  );
  const [first, ...rest] = made;
  if (first === undefined) throw new Error(`${sku} has no variant`);
  return [first, ...rest];
}

function pickStructuredData(random: Random): StructuredData {
  const roll = random.int(1, 100);
  if (roll <= 40) {
    return { kind: "json-ld", shape: random.pick(["plain", "graph", "type-array", "aggregate-offer"]) };
  }
  if (roll <= 65) return { kind: "microdata" };
  return { kind: roll <= 85 ? "open-graph" : "none" };
}

/** GTIN-13 in 200–299, the range that GS1 leaves to shops for their own use. */
function gtinOf(serial: number): string {
  const digits = `210${String(serial * 7919).padStart(9, "0")}`;
  let sum = 0;
  for (const [at, digit] of digits.split("").entries()) sum += Number(digit) * (at % 2 === 0 ? 1 : 3);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
