import { z } from "zod";

import { EVERYTHING } from "../core/job/resource-policy.ts";
import { artifactSchema, printPdf } from "./capture/capture.ts";
import { pdfConflicts, pdfOptions } from "./capture/options.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { fullUrl } from "./page/address.ts";
import { visit } from "./page/visit.ts";

const input = z
  .strictObject({
    url: fullUrl.describe("The page."),
    waitUntil: z
      .enum(["domcontentloaded", "load", "networkidle"])
      .default("load")
      .describe("When the page is ready to be printed."),
    ...pdfOptions,
  })
  .superRefine((options, context) => {
    for (const { path, rule } of pdfConflicts(options)) {
      context.addIssue({ code: "custom", path: [path], message: rule, input: options });
    }
  });

export default defineStrategy({
  name: "pdf",
  summary: "A page as a PDF artifact.",
  class: "extraction",
  input,
  output: z.object({ url: z.string(), artifact: artifactSchema }),
  resources: EVERYTHING,
  run: async (run) => {
    const { url, waitUntil, ...options } = run.input;
    await visit(run, run.page, url, { at: "page", waitUntil });
    const artifact = await printPdf(run, run.page, options, "pdf");
    return { url: run.page.url(), artifact };
  },
});
