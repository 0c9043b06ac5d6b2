import { z } from "zod";

import { PermanentFailure } from "../../core/job/failures.ts";
import type { StrategyRun } from "../contract/define-strategy.ts";
import { withoutFragment } from "../page/address.ts";
import { grow } from "../page/grow.ts";
import { visit } from "../page/visit.ts";
import { openProgress } from "../progress/progress.ts";
import type { Fields } from "../reading/field.ts";
import { readProblem, type ReadProblem } from "../reading/read-problem.ts";
import { productCard, readListing, type Listing, type ProductCard } from "./listing.ts";
import type { ListingSelectors } from "./raw-listing.ts";

type PagingMode = "auto" | "next" | "page-parameter" | "load-more" | "scroll";

export interface PageWalk {
  readonly url: string;
  readonly by: PagingMode;
  readonly selectors: Partial<ListingSelectors>;
  readonly fields: Fields | undefined;
  readonly pageParameter: string;
  readonly firstPage: number;
  readonly maxPages: number;
  readonly maxProducts: number;
  readonly roundMs: number;
}

/** Why there are no more products: all were found, or a limit of the input came first. */
type WalkEnd = "end-of-list" | "max-pages" | "max-products";

export interface WalkResult {
  readonly statedCount: number | null;
  readonly pages: number;
  readonly ended: WalkEnd;
  readonly products: readonly ProductCard[];
  readonly problems: readonly ReadProblem[];
}

/** Everything found on the pages so far, and where the next one is. */
const cursor = z.object({
  products: z.array(productCard),
  problems: z.array(readProblem),
  pages: z.int().min(1),
  statedCount: z.number().nullable(),
  cardHint: z.string().nullable(),
  /** Addresses of these pages: a list that leads back to one of them has ended. */
  visited: z.array(z.string()),
  nextUrl: z.url({ protocol: /^https?$/u }),
});

const AT = "products";

/**
 * Gathers every card of a list, each product once, and reports progress between two pages. Not behind the last one, where
 * only the result is left to be written: a checkpoint there would be one more write that saves nothing.
 */
export async function walkPages(run: StrategyRun<unknown>, walk: PageWalk): Promise<WalkResult> {
  const progress = await openProgress(run, "pages/1", cursor);
  const { resumed } = progress;
  const gathered = new Map(resumed?.products.map((product) => [product.key, product]));
  const problems = resumed?.problems ?? [];
  let { pages, statedCount, cardHint } = resumed ?? { pages: 0, statedCount: null, cardHint: null };
  let url = resumed?.nextUrl ?? walk.url;
  const visited = new Set(resumed?.visited);
  const result = (ended: WalkEnd): WalkResult => {
    const products = [...gathered.values()].slice(0, walk.maxProducts);
    return { statedCount, pages, ended, products, problems };
  };
  for (;;) {
    visited.add(withoutFragment(url));
    const listing = await openListing(run, walk, url, pages + 1, cardHint, problems);
    if (listing === undefined) return result("end-of-list");
    pages += 1;
    cardHint ??= listing.cardSelector;
    statedCount = listing.statedCount ?? statedCount;
    const before = gathered.size;
    for (const card of listing.cards) if (!gathered.has(card.key)) gathered.set(card.key, card);
    if (gathered.size >= walk.maxProducts)
      return result(gathered.size === statedCount ? "end-of-list" : "max-products");
    const next = nextAddress(walk, listing, pages, gathered.size, before);
    if (next === undefined || visited.has(withoutFragment(next))) return result("end-of-list");
    if (pages >= walk.maxPages) return result("max-pages");
    url = next;
    await progress.report("pages", {
      products: [...gathered.values()],
      problems: [...problems],
      visited: [...visited],
      pages,
      statedCount,
      cardHint,
      nextUrl: url,
    });
  }
}

/** Undefined where numbered pages have run out. Throws `PermanentFailure` `CardsNotFound`. */
async function openListing(
  run: StrategyRun<unknown>,
  walk: PageWalk,
  url: string,
  page: number,
  cardHint: string | null,
  problems: ReadProblem[],
): Promise<Listing | undefined> {
  const at = `${AT} page ${page}`;
  try {
    await visit(run, run.page, url, { at });
  } catch (error) {
    const ranOut =
      page > 1 && walk.by === "page-parameter" && error instanceof PermanentFailure && error.name === "PageNotFound";
    if (ranOut) return undefined;
    throw error;
  }
  const request = { selectors: { ...walk.selectors, cardHint }, fields: walk.fields, problems };
  const listing = await readListing(run, run.page, at, request);
  const grown = await growListing(run, walk, listing, page, at);
  const complete = grown ? await readListing(run, run.page, at, request) : listing;
  if (page === 1 && complete.cards.length === 0 && complete.statedCount !== 0) {
    const stated = complete.statedCount === null ? "no number of products" : `${complete.statedCount} products`;
    const sought = walk.selectors.card
      ? `nothing matches "${walk.selectors.card}"`
      : "no list of products was recognized";
    const message = `${sought} at ${url}, and the page states ${stated}; give card and countSelector`;
    throw new PermanentFailure("CardsNotFound", message, { at });
  }
  return complete;
}

/** Lets a list that grows in place grow to its end; false where this one doesn't. */
async function growListing(
  run: StrategyRun<unknown>,
  walk: PageWalk,
  listing: Listing,
  page: number,
  at: string,
): Promise<boolean> {
  const isShort = listing.statedCount === null || listing.cards.length < listing.statedCount;
  // A list that was paged so far doesn't begin to grow on its last page.
  const auto = walk.by === "auto" && page === 1 && listing.nextUrl === null && listing.cards.length > 0;
  const clicks = walk.by === "load-more" || (auto && listing.loadMore !== null);
  const scrolls =
    walk.by === "scroll" ||
    (auto && !clicks && (listing.sentinel !== null || (listing.statedCount !== null && isShort)));
  if ((!clicks && !scrolls) || !isShort) return false;
  if (clicks && listing.loadMore === null) return false;
  const limits = [walk.maxProducts, listing.statedCount].filter((limit) => limit !== null);
  const { rounds } = await grow(run, run.page, at, {
    by: clicks ? "click" : "scroll",
    control: clicks ? listing.loadMore : listing.sentinel,
    items: listing.cardSelector,
    maxRounds: walk.maxPages - 1,
    enough: Math.min(...limits),
    roundMs: walk.roundMs,
  });
  return rounds > 0;
}

function nextAddress(
  walk: PageWalk,
  listing: Listing,
  pages: number,
  found: number,
  before: number,
): string | undefined {
  if (walk.by === "load-more" || walk.by === "scroll") return undefined;
  if (walk.by !== "page-parameter") return listing.nextUrl ?? undefined;
  // A page that brings nothing new, or the stated number reached: asking for one more page would be for nothing.
  if (found === before || (listing.statedCount !== null && found >= listing.statedCount)) return undefined;
  const url = new URL(walk.url);
  url.searchParams.set(walk.pageParameter, String(walk.firstPage + pages));
  return url.href;
}
