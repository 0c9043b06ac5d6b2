export const AVAILABILITIES = [
  "in-stock",
  "limited",
  "pre-order",
  "back-order",
  "out-of-stock",
  "discontinued",
] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** Names of schema.org's ItemAvailability and of Open Graph's product:availability, letters only. */
const NAMES: Readonly<Record<string, Availability>> = {
  instock: "in-stock",
  onlineonly: "in-stock",
  instoreonly: "in-stock",
  available: "in-stock",
  availablefororder: "in-stock",
  limitedavailability: "limited",
  lowstock: "limited",
  preorder: "pre-order",
  presale: "pre-order",
  pending: "pre-order",
  backorder: "back-order",
  madetoorder: "back-order",
  outofstock: "out-of-stock",
  oos: "out-of-stock",
  soldout: "out-of-stock",
  unavailable: "out-of-stock",
  discontinued: "discontinued",
  reserved: "out-of-stock",
};

/** Words of pages, the negative ones first: "not in stock" holds "in stock". */
const WORDS: readonly (readonly [RegExp, Availability])[] = [
  [/discontinued|no longer available|nicht mehr (?:lieferbar|verfügbar)/iu, "discontinued"],
  [
    /out of stock|sold out|unavailable|not (?:available|in stock)|ausverkauft|nicht (?:auf lager|lieferbar|verfügbar)|vergriffen|épuisé|rupture|indisponible|agotado|no disponible|esaurito|non disponibile|uitverkocht|niet (?:op voorraad|leverbaar)|slutsåld|udsolgt|utsolgt|wyprzedan/iu,
    "out-of-stock",
  ],
  [/pre-?order|vorbestell|précommande|reserva anticipada/iu, "pre-order"],
  [/back-?order|nachbestellt/iu, "back-order"],
  [/only \d+ left|nur noch \d+|plus que \d+|low stock/iu, "limited"],
  [
    /in stock|available|auf lager|lieferbar|verfügbar|vorrätig|en stock|disponible|disponibile|op voorraad|leverbaar|i lager|på lager|dostępny/iu,
    "in-stock",
  ],
];

/** One of Sublet's words for what a shop says of availability; undefined where it says nothing known. */
export function availabilityOf(text: string): Availability | undefined {
  const name = text
    .slice(text.lastIndexOf("/") + 1)
    .toLowerCase()
    .replaceAll(/[^a-z]/gu, "");
  return (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) ?? WORDS.find(([words]) => words.test(text))?.[1];
}
