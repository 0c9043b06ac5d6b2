import { z } from "zod";

import { EVERYTHING } from "../core/job/resource-policy.ts";
import { artifactSchema, takeScreenshot } from "./capture/capture.ts";
import { screenshotConflicts, screenshotOptions } from "./capture/options.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { fullUrl } from "./page/address.ts";
import { visit } from "./page/visit.ts";

const input = z
  .strictObject({
    url: fullUrl.describe("The page."),
    viewport: z
      .strictObject({
        width: z.int().min(100).max(4_000).describe("In CSS pixels."),
        height: z.int().min(100).max(4_000).describe("In CSS pixels."),
      })
      .optional()
      .describe("Size of the window. Default: the profile's."),
    waitUntil: z
      .enum(["domcontentloaded", "load", "networkidle"])
      .default("load")
      .describe("When the page is ready for its picture."),
    ...screenshotOptions,
  })
  .superRefine((options, context) => {
    for (const { path, rule } of screenshotConflicts(options)) {
      context.addIssue({ code: "custom", path: [path], message: rule, input: options });
    }
  });

export default defineStrategy({
  name: "screenshot",
  summary: "A picture of a page, of an element or of a part of it, as an artifact.",
  class: "extraction",
  input,
  output: z.object({ url: z.string(), artifact: artifactSchema }),
  resources: EVERYTHING,
  run: async (run) => {
    const { url, viewport, waitUntil, ...options } = run.input;
    if (viewport !== undefined) await run.page.setViewportSize(viewport);
    await visit(run, run.page, url, { at: "page", waitUntil });
    const artifact = await takeScreenshot(run, run.page, options, "screenshot");
    return { url: run.page.url(), artifact };
  },
});
