/** Where things are on a list of products; null: look for it. */
export interface ListingSelectors {
  readonly card: string | null;
  /** A card selector that worked on an earlier page: tried first, not insisted on. */
  readonly cardHint: string | null;
  /** Attribute of the card, or of something in it, that names the product. */
  readonly keyAttribute: string | null;
  readonly next: string | null;
  readonly loadMore: string | null;
  readonly sentinel: string | null;
  readonly count: string | null;
}

/** A card as its page shows it; prices are texts still. */
export interface RawCard {
  readonly key: string;
  readonly sku: string | null;
  readonly name: string | null;
  readonly url: string | null;
  readonly price: string | null;
  readonly oldPrice: string | null;
  readonly brand: string | null;
  readonly image: string | null;
  readonly rating: string | null;
  readonly reviewCount: string | null;
}

export interface RawListing {
  readonly url: string;
  readonly cardSelector: string | null;
  readonly cards: readonly RawCard[];
  /** The number of products that the page itself states. */
  readonly statedCount: number | null;
  readonly nextUrl: string | null;
  /** Selector of a button or of the end of a list that grows in place. */
  readonly loadMore: string | null;
  readonly sentinel: string | null;
  readonly badSelector: string | null;
}
