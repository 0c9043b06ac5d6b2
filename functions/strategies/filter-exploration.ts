import { z } from "zod";

import { PermanentFailure } from "../core/job/failures.ts";
import { TEXT_ONLY } from "../core/job/resource-policy.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { fullUrl } from "./page/address.ts";
import { evaluateOnce, visit } from "./page/visit.ts";
import { openProgress } from "./progress/progress.ts";
import { filterInput, filterSelectors, listingSelectors, readFilteredList } from "./shop/filters.ts";
import { filterState, filterStates, skippedOption } from "./shop/filter-states.ts";
import { listingInput } from "./shop/listing.ts";
import { readListingInPage } from "./shop/listing-in-page.ts";

const input = z.strictObject({
  url: fullUrl.describe("The category, or any list of products with filters."),
  ...filterInput,
  ...listingInput,
  filters: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(50)
    .optional()
    .describe("Names of the filters to explore, as filter-discovery gives them. Default: all that have options."),
  combine: z
    .int()
    .min(1)
    .max(3)
    .default(1)
    .describe("Options of so many different filters are applied together, at most."),
  maxStates: z.int().min(1).max(2_000).default(500).describe("At most so many ways to filter; one page load each."),
});

const explored = filterState.extend({
  count: z.number().nullable().describe("Products of the filtered list, as the shop states."),
  keys: z.array(z.string()).describe("The products of its first page."),
});

const output = z.object({
  url: z.string(),
  count: z.number().nullable(),
  explored: z.array(explored),
  skipped: z.array(skippedOption).describe("Options that no address applies."),
  cut: z.number().describe("Ways to filter that maxStates left out."),
});

/** What the list's own page told, and what was found so far: one for each of the first states. */
const cursor = output.extend({ states: z.array(filterState) });
type Cursor = z.output<typeof cursor>;

const AT = "filters";

export default defineStrategy({
  name: "filter-exploration",
  summary:
    "Applies each option of the filters, alone or combined, and records how many products are left and which come first.",
  class: "discovery",
  input,
  output,
  resources: TEXT_ONLY,
  run: async (run) => {
    const listing = listingSelectors(run.input);
    const plan = async (): Promise<Cursor> => {
      await visit(run, run.page, run.input.url, { at: AT });
      const read = await readFilteredList(run, run.page, AT, filterSelectors(run.input), listing);
      const names = run.input.filters;
      const missing = names?.filter((name) => !read.filters.filters.some((filter) => filter.name === name)) ?? [];
      if (missing.length > 0 || read.filters.filters.length === 0) {
        const known = read.filters.filters.map(({ name }) => name).join(", ") || "none";
        const message = `${missing.length > 0 ? `no filter is named ${missing.join(", ")}` : "no filters were recognized"} at ${read.filters.url}; found: ${known}`;
        throw new PermanentFailure("FiltersNotFound", message, { at: AT });
      }
      const wanted = read.filters.filters.filter(({ name }) => names === undefined || names.includes(name));
      const states = filterStates(wanted, run.input.combine, run.input.maxStates);
      return { url: read.filters.url, count: read.listing.statedCount, ...states, explored: [] };
    };
    const progress = await openProgress(run, "filters/1", cursor);
    const { states, explored: found, ...told } = progress.resumed ?? (await plan());
    for (const state of states.slice(found.length)) {
      // Before each state and not behind it: the first has the list's own page behind it, the last has nothing ahead.
      await progress.report("explore", { ...told, states, explored: [...found] });
      const at = `${AT} ${state.applied.map(({ filter, value }) => `${filter}=${value}`).join("&")}`;
      await visit(run, run.page, state.url, { at });
      const read = await evaluateOnce(run, run.page, at, readListingInPage, listing);
      found.push({ ...state, count: read.statedCount, keys: read.cards.map(({ key }) => key) });
    }
    return { ...told, explored: found };
  },
});
