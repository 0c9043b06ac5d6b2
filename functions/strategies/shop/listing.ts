import { z } from "zod";

import { PermanentFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { evaluateTogether } from "../page/evaluate-together.ts";
import { evaluateOnce } from "../page/visit.ts";
import type { Clocked } from "../page/within.ts";
import { compileFields } from "../reading/compile-fields.ts";
import { FieldConversion } from "../reading/convert-fields.ts";
import { LIST_MAX_ROWS, selector, type Field, type Fields } from "../reading/field.ts";
import { readMoney } from "../reading/money.ts";
import { readNumber } from "../reading/number.ts";
import { readInPage } from "../reading/read-in-page.ts";
import type { ReadProblem } from "../reading/read-problem.ts";
import { goodAnswer } from "../reading/read-page.ts";
import { readListingInPage } from "./listing-in-page.ts";
import type { ListingSelectors, RawCard, RawListing } from "./raw-listing.ts";

export const money = z.object({ minorUnits: z.int(), currency: z.string().nullable() });

export const attributeName = z.string().regex(/^[A-Za-z_:][A-Za-z0-9_:.-]{0,99}$/u, "must be an attribute's name");

/** What strategies that read lists of products take as input. */
export const listingInput = {
  card: selector.optional().describe("One product of the list. Default: told from the page."),
  keyAttribute: attributeName
    .optional()
    .describe("Attribute that names a product. Default: data-sku, data-product-id and the like, then the link."),
  countSelector: selector
    .optional()
    .describe("Where the page states the number of products. Default: told from the page."),
};

export const productCard = z.object({
  key: z.string(),
  sku: z.string().nullable(),
  name: z.string().nullable(),
  url: z.string().nullable(),
  price: money.nullable(),
  oldPrice: money.nullable(),
  brand: z.string().nullable(),
  image: z.string().nullable(),
  rating: z.number().nullable(),
  reviewCount: z.number().nullable(),
  fields: z.record(z.string(), z.unknown()).optional(),
});
export type ProductCard = z.output<typeof productCard>;

export interface Listing extends Omit<RawListing, "cards" | "badSelector"> {
  readonly cards: readonly ProductCard[];
}

export interface ListingRequest {
  readonly selectors: Partial<ListingSelectors>;
  /** Further fields of each card; they need the card's selector. */
  readonly fields?: Fields | undefined;
  readonly problems?: ReadProblem[];
}

const NOTHING: ListingSelectors = {
  card: null,
  cardHint: null,
  keyAttribute: null,
  next: null,
  loadMore: null,
  sentinel: null,
  count: null,
};

/** Reads a list of products in one round trip. Throws `PermanentFailure` `SelectorInvalid`. */
export async function readListing(
  run: Clocked,
  page: StrategyPage,
  at: string,
  { selectors, fields, problems }: ListingRequest,
): Promise<Listing> {
  const wanted = { ...NOTHING, ...selectors };
  if (fields === undefined || wanted.card === null) {
    return typed(await evaluateOnce(run, page, at, readListingInPage, wanted), at);
  }
  const rows: Fields = { cards: cardRows(wanted.card, fields) };
  const [raw, reading] = await evaluateTogether(
    run,
    page,
    at,
    [readListingInPage, wanted],
    [readInPage, [{ kind: "fields" as const, fields: compileFields(rows) }]],
  );
  const answer = goodAnswer(reading.answers[0], at);
  const conversion = new FieldConversion(at);
  const { cards } = conversion.convert(rows, answer.kind === "fields" ? answer.values : []);
  problems?.push(...conversion.problems);
  const listing = typed(raw, at);
  const further = Array.isArray(cards) ? (cards as Record<string, unknown>[]) : [];
  return { ...listing, cards: listing.cards.map((card, index) => ({ ...card, fields: further[index] ?? {} })) };
}

function cardRows(card: string, fields: Fields): Field {
  return { selector: card, type: "text", list: true, limit: LIST_MAX_ROWS, ignoreCase: false, required: false, fields };
}

function typed({ cards, badSelector, ...raw }: RawListing, at: string): Listing {
  if (badSelector !== null) {
    throw new PermanentFailure("SelectorInvalid", `"${badSelector}" is not a valid CSS selector`, { at });
  }
  return { ...raw, cards: cards.map(typedCard) };
}

function typedCard(card: RawCard): ProductCard {
  const number = (text: string | null) => (text === null ? null : (readNumber(text) ?? null));
  const price = card.price === null ? null : (readMoney(card.price) ?? null);
  return {
    ...card,
    price,
    oldPrice: card.oldPrice === null ? null : (readMoney(card.oldPrice, price?.currency ?? undefined) ?? null),
    rating: card.rating === null ? null : (readNumber(card.rating, ".") ?? null),
    reviewCount: number(card.reviewCount),
  };
}
