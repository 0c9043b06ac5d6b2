import { z } from "zod";

import { TEXT_ONLY } from "../core/job/resource-policy.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { fullUrl } from "./page/address.ts";
import { fieldsSchema, selector } from "./reading/field.ts";
import { readProblem } from "./reading/read-problem.ts";
import { listingInput, productCard } from "./shop/listing.ts";
import { walkPages } from "./shop/walk-pages.ts";

const input = z
  .strictObject({
    url: fullUrl.describe("First page of the list."),
    ...listingInput,
    fields: fieldsSchema.optional().describe("Further fields of each card, read along; needs card."),
    by: z
      .enum(["auto", "next", "page-parameter", "load-more", "scroll"])
      .default("auto")
      .describe(
        "How the list goes on: a link, numbered addresses, a button, or scrolling. Default: told from the page.",
      ),
    nextSelector: selector.optional().describe("The link to the next page. Default: told from the page."),
    loadMoreSelector: selector.optional().describe("The button that loads more. Default: told from the page."),
    endSelector: selector.optional().describe("What to scroll to in an endless list. Default: told from the page."),
    pageParameter: z
      .string()
      .regex(/^[A-Za-z0-9_.[\]-]{1,64}$/u, "must be a query parameter's name")
      .default("page")
      .describe("Query parameter of numbered pages."),
    firstPage: z.int().min(0).max(1).default(1).describe("Number of the first page."),
    maxPages: z.int().min(1).max(1_000).default(100).describe("At most so many pages, or rounds of a list that grows."),
    maxProducts: z.int().min(1).max(5_000).default(5_000).describe("At most so many products."),
    roundMs: z
      .int()
      .min(100)
      .max(30_000)
      .default(5_000)
      .describe("How long a list that grows may take for more, before it counts as complete."),
  })
  .refine(({ fields, card }) => fields === undefined || card !== undefined, {
    path: ["card"],
    error: "must be given with fields",
  });

const output = z.object({
  url: z.string(),
  statedCount: z.number().nullable().describe("The number of products that the shop itself states."),
  count: z.number().describe("The number of products found."),
  pages: z.number().describe("Pages that were opened."),
  ended: z.enum(["end-of-list", "max-pages", "max-products"]).describe("Why there are no more."),
  complete: z.boolean().describe("The list's end was reached, and what was found is what the shop states."),
  products: z.array(productCard),
  problems: z.array(readProblem),
});

export default defineStrategy({
  name: "product-pagination",
  summary: "Every product of a list, over all its pages, each once.",
  class: "discovery",
  input,
  output,
  resources: TEXT_ONLY,
  run: async (run) => {
    const { url, by, fields, pageParameter, firstPage, maxPages, maxProducts, roundMs, ...wanted } = run.input;
    const walked = await walkPages(run, {
      url,
      by,
      fields,
      pageParameter,
      firstPage,
      maxPages,
      maxProducts,
      roundMs,
      selectors: {
        card: wanted.card ?? null,
        keyAttribute: wanted.keyAttribute ?? null,
        count: wanted.countSelector ?? null,
        next: wanted.nextSelector ?? null,
        loadMore: wanted.loadMoreSelector ?? null,
        sentinel: wanted.endSelector ?? null,
      },
    });
    const count = walked.products.length;
    const complete = walked.ended === "end-of-list" && (walked.statedCount ?? count) === count;
    return { ...walked, url, count, complete, products: [...walked.products], problems: [...walked.problems] };
  },
});
