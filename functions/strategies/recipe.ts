import { z } from "zod";

import { EVERYTHING, TEXT_ONLY } from "../core/job/resource-policy.ts";
import { artifactSchema } from "./capture/capture.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { readProblem } from "./reading/read-problem.ts";
import { recipeProgress } from "./recipe/progress/recipe-progress.ts";
import { runRecipe } from "./recipe/run-steps.ts";
import { beginProblem, flatSteps, stepsSchema } from "./recipe/steps.ts";

const input = z
  .strictObject({
    steps: stepsSchema.describe("What to do, in order; at most 100 steps, nested at most 5 levels deep."),
    load: z
      .array(z.enum(["images", "fonts", "media"]))
      .max(3)
      .optional()
      .describe(
        "What the pages load beside text. Default: everything if a screenshot or a PDF is taken, else nothing.",
      ),
  })
  .superRefine(({ steps }, context) => {
    const message = beginProblem(steps);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["steps", 0], message, input: steps[0] });
  });

const output = z.object({
  url: z.string().describe("Address of the page that the recipe ended on."),
  values: z.record(z.string(), z.unknown()).describe("What was read, by name."),
  artifacts: z.array(artifactSchema).describe("Files that the recipe wrote."),
  problems: z
    .array(readProblem)
    .describe("What was there and couldn't be read as its type, and limits that cut something off."),
});

export default defineStrategy({
  name: "recipe",
  summary: "Runs declarative steps: open, wait, click, fill, paginate, follow, extract, assert, capture.",
  class: "extraction",
  input,
  output,
  resources: ({ steps, load }) => {
    if (load === undefined) {
      return flatSteps(steps).some(({ do: what }) => what === "screenshot" || what === "pdf") ? EVERYTHING : TEXT_ONLY;
    }
    const loading = (kind: (typeof load)[number]) => (load.includes(kind) ? "load" : "block");
    return { images: loading("images"), fonts: loading("fonts"), media: loading("media") };
  },
  run: async (run) => runRecipe(run, run.input.steps, await recipeProgress(run, run.input.steps)),
});
