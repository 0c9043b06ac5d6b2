import { z } from "zod";

import { PermanentFailure } from "../core/job/failures.ts";
import { TEXT_ONLY } from "../core/job/resource-policy.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { fullUrl } from "./page/address.ts";
import { visit } from "./page/visit.ts";
import { filterInput, filterSelectors, listingSelectors, readFilteredList } from "./shop/filters.ts";

const input = z.strictObject({
  url: fullUrl.describe("The category, or any list of products with filters."),
  ...filterInput,
  allowNone: z.boolean().default(false).describe("Whether a page without any filter is a result and not a failure."),
});

const option = z.object({
  value: z.string(),
  label: z.string(),
  count: z.number().nullable().describe("What the shop states; null where it doesn't."),
  selected: z.boolean(),
  url: z.string().nullable().describe("Address of the list with this option; null where only a script applies it."),
});

const output = z.object({
  url: z.string(),
  title: z.string(),
  count: z.number().nullable().describe("Products of the list, as the shop states."),
  filters: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("options"), name: z.string(), label: z.string(), options: z.array(option) }),
      z.object({
        kind: z.literal("range"),
        name: z.string(),
        label: z.string(),
        min: z.number().nullable().describe("In the page's own unit."),
        max: z.number().nullable(),
      }),
    ]),
  ),
});

const AT = "filters";

export default defineStrategy({
  name: "filter-discovery",
  summary: "Every filter of a category, with its options, their values and counts.",
  class: "discovery",
  input,
  output,
  resources: TEXT_ONLY,
  run: async (run) => {
    const { url, allowNone, ...wanted } = run.input;
    await visit(run, run.page, url, { at: AT });
    const { filters, listing } = await readFilteredList(
      run,
      run.page,
      AT,
      filterSelectors(wanted),
      listingSelectors(wanted),
    );
    if (filters.filters.length === 0 && !allowNone) {
      const sought =
        wanted.groupSelector === undefined ? "no filters were recognized" : `nothing matches "${wanted.groupSelector}"`;
      const message = `${sought} at ${filters.url} ("${filters.title}"); give groupSelector, or allowNone`;
      throw new PermanentFailure("FiltersNotFound", message, { at: AT });
    }
    const found = filters.filters.map((filter) =>
      filter.kind === "range"
        ? filter
        : {
            ...filter,
            options: filter.options.map(({ value, label, count, selected, url: address }) => {
              return { value, label, count, selected, url: address };
            }),
          },
    );
    return { url: filters.url, title: filters.title, count: listing.statedCount, filters: found };
  },
});
