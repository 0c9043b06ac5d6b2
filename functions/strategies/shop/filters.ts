import { z } from "zod";

import { PermanentFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { evaluateTogether } from "../page/evaluate-together.ts";
import type { Clocked } from "../page/within.ts";
import { selector } from "../reading/field.ts";
import { readFiltersInPage, type FilterSelectors, type RawFilters } from "./filters-in-page.ts";
import { readListingInPage } from "./listing-in-page.ts";
import type { ListingSelectors, RawListing } from "./raw-listing.ts";

/** What strategies that read filters take as input. */
export const filterInput = {
  groupSelector: selector.optional().describe("One filter. Default: told from the page."),
  groupLabelSelector: selector.optional().describe("A filter's name, within it. Default: its legend or heading."),
  optionSelector: selector.optional().describe("One option, within its filter. Default: check boxes, options, links."),
  optionLabelSelector: selector.optional().describe("An option's name, within it. Default: its label's text."),
  optionCountSelector: selector.optional().describe("An option's count, within it. Default: the number in brackets."),
  expandSelector: selector.optional().describe("Clicked before reading, such as buttons that show all options."),
  countSelector: selector
    .optional()
    .describe("Where the page states the number of products. Default: told from the page."),
  pageParameters: z
    .array(z.string().min(1).max(64))
    .max(10)
    .default(["page", "p", "pg", "offset", "start"])
    .describe("Query parameters that name a page of the list; they are left out when a filter is applied."),
};
const shape = z.object(filterInput);
export type FilterInput = z.output<typeof shape>;

export function filterSelectors(input: FilterInput): FilterSelectors {
  return {
    group: input.groupSelector ?? null,
    groupLabel: input.groupLabelSelector ?? null,
    option: input.optionSelector ?? null,
    optionLabel: input.optionLabelSelector ?? null,
    optionCount: input.optionCountSelector ?? null,
    expand: input.expandSelector ?? null,
    count: input.countSelector ?? null,
    pageParameters: input.pageParameters,
  };
}

export function listingSelectors(
  input: Pick<FilterInput, "countSelector"> & {
    readonly card?: string | undefined;
    readonly keyAttribute?: string | undefined;
  },
): ListingSelectors {
  return {
    card: input.card ?? null,
    cardHint: null,
    keyAttribute: input.keyAttribute ?? null,
    next: null,
    loadMore: null,
    sentinel: null,
    count: input.countSelector ?? null,
  };
}

/** Filters and first page of a list, in one round trip. Throws `PermanentFailure` `SelectorInvalid`. */
export async function readFilteredList(
  run: Clocked,
  page: StrategyPage,
  at: string,
  filters: FilterSelectors,
  listing: ListingSelectors,
): Promise<{ readonly filters: RawFilters; readonly listing: RawListing }> {
  const [found, list] = await evaluateTogether(
    run,
    page,
    at,
    [readFiltersInPage, filters],
    [readListingInPage, listing],
  );
  const bad = found.badSelector ?? list.badSelector;
  if (bad !== null) throw new PermanentFailure("SelectorInvalid", `"${bad}" is not a valid CSS selector`, { at });
  return { filters: found, listing: list };
}
