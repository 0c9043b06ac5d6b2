import { z } from "zod";

import { selector } from "../reading/field.ts";

const artifactName = (ending: RegExp, rule: string) =>
  z
    .string()
    .max(120)
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/u, "must be a file name of letters, digits, '.', '_' and '-'")
    .regex(ending, rule);

const length = z
  .string()
  .regex(/^\d{1,4}(?:\.\d{1,2})?(?:px|in|cm|mm)$/u, "must be a length with its unit, such as 10mm");

/** Chromium's textures end at 16,384 pixels; a larger picture repeats or is blank. */
export const IMAGE_MAX_PIXELS = 16_384;

export const screenshotOptions = {
  name: artifactName(/\.(?:png|jpe?g)$/u, "must end in .png, .jpg or .jpeg")
    .optional()
    .describe("Name of the artifact. Default: screenshot.png or screenshot.jpg."),
  type: z.enum(["png", "jpeg"]).default("png").describe("Format of the picture."),
  quality: z.int().min(1).max(100).optional().describe("Quality of a jpeg. Default: 80."),
  fullPage: z.boolean().default(false).describe("The whole page and not only what the viewport shows."),
  selector: selector.optional().describe("Only this element."),
  clip: z
    .strictObject({
      x: z.number().min(0).max(IMAGE_MAX_PIXELS).describe("Left edge, in CSS pixels of the viewport."),
      y: z.number().min(0).max(IMAGE_MAX_PIXELS).describe("Upper edge."),
      width: z.number().min(1).max(IMAGE_MAX_PIXELS).describe("Width."),
      height: z.number().min(1).max(IMAGE_MAX_PIXELS).describe("Height."),
    })
    .optional()
    .describe("Only this part of the viewport, or of the page with fullPage."),
};

export const pdfOptions = {
  name: artifactName(/\.pdf$/u, "must end in .pdf")
    .default("page.pdf")
    .describe("Name of the artifact."),
  format: z
    .enum(["A3", "A4", "A5", "Letter", "Legal", "Tabloid"])
    .default("A4")
    .describe("Size of the paper, unless width and height are given."),
  width: length.optional().describe("Width of the paper; needs height."),
  height: length.optional().describe("Height of the paper; needs width."),
  landscape: z.boolean().default(false).describe("Paper on its side."),
  margin: z
    .strictObject({
      top: length.default("0mm").describe("Upper margin."),
      right: length.default("0mm").describe("Right margin."),
      bottom: length.default("0mm").describe("Lower margin."),
      left: length.default("0mm").describe("Left margin."),
    })
    .optional()
    .describe("Margins of the paper. Default: none."),
  printBackground: z.boolean().default(true).describe("Backgrounds and colours as on the screen."),
  scale: z.number().min(0.1).max(2).default(1).describe("Size of the page on paper."),
  pageRanges: z
    .string()
    .max(100)
    .regex(/^\d{1,4}(?:-\d{1,4})?(?:,\s?\d{1,4}(?:-\d{1,4})?)*$/u, "must be ranges such as 1-3,5")
    .optional()
    .describe("Only these pages, such as 1-3,5."),
};

type Options<Shape extends z.core.$ZodLooseShape> = z.output<z.ZodObject<Shape>>;
export type ScreenshotOptions = Options<typeof screenshotOptions>;
export type PdfOptions = Options<typeof pdfOptions>;

/** What zod's shapes can't say of one option beside another; each with the option to blame. */
export function screenshotConflicts(options: ScreenshotOptions): { readonly path: string; readonly rule: string }[] {
  const conflicts: { path: string; rule: string }[] = [];
  if (options.quality !== undefined && options.type !== "jpeg") {
    conflicts.push({ path: "quality", rule: "only counts for the type jpeg" });
  }
  if (options.selector !== undefined && (options.fullPage || options.clip !== undefined)) {
    conflicts.push({ path: "selector", rule: "can't stand beside fullPage or clip" });
  }
  if (options.name !== undefined && options.name.endsWith(".png") !== (options.type === "png")) {
    conflicts.push({ path: "name", rule: `doesn't end as a ${options.type} does` });
  }
  return conflicts;
}

export function pdfConflicts(options: PdfOptions): { readonly path: string; readonly rule: string }[] {
  if ((options.width === undefined) === (options.height === undefined)) return [];
  return [{ path: options.width === undefined ? "width" : "height", rule: "must be given, as its other half is" }];
}
