import { z } from "zod";

import { TEXT_ONLY } from "../../functions/core/job/resource-policy.ts";
import { defineStrategy } from "../../functions/strategies/contract/define-strategy.ts";
import { fullUrl } from "../../functions/strategies/page/address.ts";
import { evaluateOnce, visit } from "../../functions/strategies/page/visit.ts";

/** Copied to functions/strategies/page-title.ts this is a strategy: docs/strategies.md shows the steps. */
export default defineStrategy({
  name: "page-title",
  summary: "Title and headings of a page.",
  class: "discovery",
  input: z.strictObject({ url: fullUrl.describe("The page.") }),
  output: z.object({ title: z.string(), headings: z.array(z.string()) }),
  resources: TEXT_ONLY,
  run: async (run) => {
    await visit(run, run.page, run.input.url, { at: "page" });
    return evaluateOnce(run, run.page, "headings", readInPage, undefined);
  },
});

/** Runs in the page: it may use nothing from around it. */
function readInPage() {
  const headings = [...document.querySelectorAll("h1, h2")].map((heading) => (heading.textContent ?? "").trim());
  return { title: document.title, headings };
}
