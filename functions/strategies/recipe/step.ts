import { z } from "zod";

import {
  pdfConflicts,
  pdfOptions,
  screenshotConflicts,
  screenshotOptions,
  type PdfOptions,
  type ScreenshotOptions,
} from "../capture/options.ts";
import { urlOrPath } from "../page/address.ts";
import { fieldName, fieldsSchema, pattern, selector } from "../reading/field.ts";

const timeoutMs = z
  .int()
  .min(100)
  .max(120_000)
  .default(30_000)
  .describe("Limit of this step, in milliseconds; the job's own deadline stands above it.");
const text = z.string().max(5_000);
const target = selector.describe("What to act on: a CSS selector; the first match counts.");
const navigates = z
  .boolean()
  .default(false)
  .describe("Wait until the new page that this leads to is there, and check its status.");

const gotoStep = z.strictObject({
  do: z.literal("goto").describe("Open an address."),
  url: urlOrPath.describe("A full http(s) URL, or one that resolves against the current page."),
  waitUntil: z
    .enum(["commit", "domcontentloaded", "load", "networkidle"])
    .default("domcontentloaded")
    .describe("When the page counts as open."),
  timeoutMs,
});

const waitStep = z.strictObject({
  do: z.literal("wait").describe("Wait for one thing: give selector, url, load or idleMs."),
  selector: selector.optional().describe("Wait for this element."),
  state: z
    .enum(["attached", "visible", "hidden", "detached"])
    .optional()
    .describe("What the element must be. Default: attached."),
  url: z.string().min(1).max(500).optional().describe("Wait until the address fits: a glob such as **/cart*."),
  load: z.enum(["domcontentloaded", "load", "networkidle"]).optional().describe("Wait for this load state."),
  idleMs: z
    .int()
    .min(50)
    .max(10_000)
    .optional()
    .describe("Wait until no answer has come in for so many milliseconds and none is under way."),
  timeoutMs,
});

const clickStep = z.strictObject({
  do: z.literal("click").describe("Click an element."),
  selector: target,
  count: z.int().min(1).max(3).default(1).describe("2 for a double click."),
  navigates,
  timeoutMs,
});

const fillShape = {
  do: z.literal("fill").describe("Put text into an input."),
  selector: target,
  value: text.describe("The text; it replaces what is there and never stands in an error or a log."),
  timeoutMs,
};
const fillStep = z.strictObject(fillShape);

const selectStep = z.strictObject({
  do: z.literal("select").describe("Choose options of a select element."),
  selector: target,
  values: z.array(text.min(1)).min(1).max(100).describe("Values or labels of the options."),
  navigates,
  timeoutMs,
});

const pressStep = z.strictObject({
  do: z.literal("press").describe("Press a key."),
  key: z
    .string()
    .regex(/^[A-Za-z0-9+]{1,40}$|^.$/u, "must be a key such as Enter, ArrowDown or Control+A")
    .describe("The key, such as Enter, ArrowDown or Control+A."),
  selector: selector.optional().describe("The element that gets the key. Default: whatever has the focus."),
  navigates,
  timeoutMs,
});

const scrollStep = z.strictObject({
  do: z.literal("scroll").describe("Scroll the page: give selector, to or byPixels."),
  selector: selector.optional().describe("Scroll until this element is in view."),
  to: z.enum(["top", "bottom"]).optional().describe("Scroll to an end of the page."),
  byPixels: z.int().min(-100_000).max(100_000).optional().describe("Scroll down by so many pixels; negative: up."),
});

const extractStep = z.strictObject({
  do: z.literal("extract").describe("Read fields from the page. Reads that follow each other cost one round trip."),
  fields: fieldsSchema.describe("What to read, by the name that it gets in the output."),
});

const assertStep = z.strictObject({
  do: z.literal("assert").describe("Fail the job unless everything given here holds."),
  selector: selector.optional().describe("This element must be there."),
  count: z
    .strictObject({
      min: z.int().min(0).optional().describe("At least so many elements match."),
      max: z.int().min(0).optional().describe("At most so many elements match."),
    })
    .optional()
    .describe("How many elements must match the selector. Default: at least 1."),
  text: text.min(1).optional().describe("The first match's text, or the page's, must contain this."),
  matches: pattern.optional().describe("The first match's text, or the page's, must match this RE2 pattern."),
  url: z.string().min(1).max(500).optional().describe("The address must contain this."),
});

const screenshotStep = z.strictObject({
  do: z.literal("screenshot").describe("Write a picture of the page as an artifact."),
  ...screenshotOptions,
});

const pdfStep = z.strictObject({
  do: z.literal("pdf").describe("Write the page as a PDF artifact."),
  ...pdfOptions,
});

export const plainSteps = [
  gotoStep,
  waitStep,
  clickStep,
  fillStep,
  selectStep,
  pressStep,
  scrollStep,
  extractStep,
  assertStep,
  screenshotStep,
  pdfStep,
] as const;

const loginFillStep = z.strictObject({
  ...fillShape,
  value: fillShape.value.optional(),
  credential: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("Instead of value: the name of the credential to type, such as password."),
});

/** A login reads nothing and writes nothing, so that nothing of it can leave. */
export const loginSteps = [
  gotoStep,
  waitStep,
  clickStep,
  loginFillStep,
  selectStep,
  pressStep,
  scrollStep,
  assertStep,
] as const;

export const paginateShape = {
  do: z.literal("paginate").describe("Run steps on every page of a list, or let a list grow and run them once."),
  by: z
    .enum(["next", "url", "load-more", "scroll"])
    .describe("`next`: follow a link. `url`: numbered addresses. `load-more`: a button. `scroll`: an endless list."),
  selector: selector
    .optional()
    .describe("`next`: the link; `load-more`: the button; `scroll`: what to scroll to. Needed for the first two."),
  url: z
    .string()
    .max(2_000)
    .includes("{page}", { error: "must contain {page}" })
    .optional()
    .describe("`url`: the pages' address with {page} for the number."),
  firstPage: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1)
    .describe("`url`: the number of the page that is open when the step begins."),
  endSelector: selector.optional().describe("`url`: the list ends at a page where nothing matches this."),
  items: selector.optional().describe("`load-more`, `scroll`: what there is more of after each round."),
  maxPages: z.int().min(1).max(1_000).default(10).describe("At most so many pages, the first included."),
  roundMs: z
    .int()
    .min(100)
    .max(30_000)
    .default(5_000)
    .describe("`load-more`, `scroll`: how long to wait for more before the list counts as complete."),
  as: fieldName
    .optional()
    .describe(
      "Keep one object for each page in a list of this name. Default: lists are joined, other values are the last page's.",
    ),
};

export const followShape = {
  do: z.literal("follow").describe("Open each link and run steps there."),
  selector: selector.optional().describe("The links to open; their results form the list `as`."),
  attribute: z
    .string()
    .regex(/^[A-Za-z_:][A-Za-z0-9_:.-]{0,99}$/u, "must be an attribute's name")
    .default("href")
    .describe("Attribute that holds the address."),
  rows: fieldName.optional().describe("Instead of selector: an extracted list; each row gets its link's values."),
  link: fieldName.optional().describe("The field of a row that holds its address; needed with rows."),
  as: fieldName.optional().describe("Name of the list of results; needed with selector."),
  max: z.int().min(1).max(1_000).default(20).describe("At most so many links; each address is opened once."),
  page: z
    .enum(["second", "same"])
    .default("second")
    .describe("`second`: in a page beside this one, which stays where it is. `same`: in this one."),
};

export const exclusivelyShape = {
  do: z
    .literal("exclusively")
    .describe("Run steps while no other page of the same session runs such steps: they touch what the server keeps."),
};

/** Rules between the fields of one step: each a path and what is wrong. */
export function stepConflicts(step: { readonly do: string }): { readonly path: string; readonly rule: string }[] {
  switch (step.do) {
    case "wait":
      return waitConflicts(step as z.output<typeof waitStep>);
    case "scroll": {
      const { selector: element, to, byPixels } = step as z.output<typeof scrollStep>;
      return exactlyOne({ selector: element, to, byPixels });
    }
    case "assert": {
      const { selector: element, count, text: words, matches, url } = step as z.output<typeof assertStep>;
      if (count !== undefined && element === undefined) return [{ path: "selector", rule: "must be given with count" }];
      if (element !== undefined || words !== undefined || matches !== undefined || url !== undefined) return [];
      return [{ path: "selector", rule: "must be given, or text, matches or url" }];
    }
    case "fill": {
      const { value, credential } = step as z.output<typeof loginFillStep>;
      return exactlyOne({ value, credential });
    }
    case "screenshot":
      return screenshotConflicts(step as unknown as ScreenshotOptions);
    case "pdf":
      return pdfConflicts(step as unknown as PdfOptions);
    default:
      return [];
  }
}

function waitConflicts(step: z.output<typeof waitStep>): { path: string; rule: string }[] {
  const one = exactlyOne({ selector: step.selector, url: step.url, load: step.load, idleMs: step.idleMs });
  if (step.state === undefined || step.selector !== undefined) return one;
  return [...one, { path: "state", rule: "only counts for a selector" }];
}

function exactlyOne(choices: Readonly<Record<string, unknown>>): { path: string; rule: string }[] {
  const given = Object.entries(choices).filter(([, value]) => value !== undefined);
  if (given.length === 1) return [];
  const names = Object.keys(choices).join(", ");
  return [{ path: given[1]?.[0] ?? Object.keys(choices)[0] ?? "do", rule: `exactly one of ${names} must be given` }];
}
