import type { StrategyRun } from "../../contract/define-strategy.ts";
import { openProgress } from "../../progress/progress.ts";
import type { Step } from "../steps.ts";
import { fits } from "./fits.ts";
import { recipeCursor, type RecipeCursor } from "./place.ts";

export interface RecipeProgress {
  readonly resumed: RecipeCursor | undefined;
  report(cursor: RecipeCursor): Promise<void>;
}

/** A recipe's stages are its outermost steps. */
export async function recipeProgress(run: StrategyRun<unknown>, steps: readonly Step[]): Promise<RecipeProgress> {
  const progress = await openProgress(run, "recipe/1", recipeCursor, ({ place }) => fits(steps, place));
  return {
    resumed: progress.resumed,
    report: (cursor) => {
      const { step } = cursor.place;
      return progress.report(`steps.${step} (${steps[step]?.do})`, cursor);
    },
  };
}
