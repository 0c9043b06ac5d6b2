import { z } from "zod";

import { artifactSchema } from "../../capture/capture.ts";
import { readProblem } from "../../reading/read-problem.ts";

const values = z.record(z.string(), z.unknown());

/** A place in a list of steps: the step to go on with, and what the steps before it have read. */
export const stepsPlace = z.object({
  step: z.int().min(0),
  values,
  /** Where within that step; null: at its beginning. */
  get within() {
    return z.discriminatedUnion("kind", [nextPage, inPage, inGrownList, amongLinks]).nullable();
  },
});

/** Between two pages of `paginate`. */
const nextPage = z.object({
  kind: z.literal("next-page"),
  /** Number and address of the page to open. */
  number: z.int().min(1),
  url: z.string(),
  /** Addresses of the pages so far and of this one: a list that leads back to one of them has ended. */
  seen: z.array(z.string()),
});

/** Within the steps of one page of `paginate`, which has been asked already where the list goes on. */
const inPage = z.object({
  kind: z.literal("page"),
  number: z.int().min(1),
  seen: z.array(z.string()),
  next: z.string().nullable(),
  isBeyondEnd: z.boolean(),
  get page() {
    return stepsPlace;
  },
});

/** Within the steps that `paginate` runs over a list that has grown. */
const inGrownList = z.object({
  kind: z.literal("grown"),
  get page() {
    return stepsPlace;
  },
});

/** Before a link of `follow`, or within its steps. */
const amongLinks = z.object({
  kind: z.literal("links"),
  /** One for each link or row; null where a row has none. */
  addresses: z.array(z.string().nullable()),
  /** By address: what the first links gave. */
  done: z.array(z.tuple([z.string(), values])),
  /** Within the steps of the link after those, in a page at `url`; null: before it. */
  get link() {
    return z.object({ url: z.string(), place: stepsPlace }).nullable();
  },
});

export type StepsPlace = z.output<typeof stepsPlace>;
export type Within = NonNullable<StepsPlace["within"]>;
export type AmongLinks = z.output<typeof amongLinks>;

/** All that a recipe has at a moment at which nothing of the page that it is on is needed any more. */
export const recipeCursor = z.object({
  place: stepsPlace,
  /** Where the run's own page is. */
  url: z.string(),
  artifacts: z.array(artifactSchema),
  problems: z.array(readProblem),
});
export type RecipeCursor = z.output<typeof recipeCursor>;
