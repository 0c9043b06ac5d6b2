import { PermanentFailure } from "../../core/job/failures.ts";
import type { ArtifactReference } from "../../core/job/job-result.ts";
import type { StrategyRun } from "../contract/define-strategy.ts";
import type { ReadProblem } from "../reading/read-problem.ts";
import type { StepsPlace, Within } from "./progress/place.ts";
import { ReadQueue } from "./read-queue.ts";
import type { RecipePage } from "./recipe-page.ts";
import type { Step } from "./steps.ts";

export type Values = Record<string, unknown>;

/** The part of a run that steps need. */
export type RecipeRun = Pick<
  StrategyRun<unknown>,
  "page" | "context" | "signal" | "remainingMs" | "artifact" | "exclusively"
>;

/** What one run of a recipe gathers beside its values. */
export interface RecipeJob {
  readonly run: RecipeRun;
  readonly artifacts: ArtifactReference[];
  readonly problems: ReadProblem[];
  /** Runs steps from a place on; their reads may still wait in the scope's queue afterwards. */
  runSteps(scope: Scope, steps: readonly Step[], path: string, from?: StepsPlace): Promise<void>;
}

/** One page with the reads that wait for it, and the values of the level that the steps stand on. */
export interface Scope {
  readonly page: RecipePage;
  readonly reads: ReadQueue;
  /** What is in here is replaced and never changed, so that a report of it stays what it was. */
  readonly values: Values;
  /** Said behind a step's path in errors, such as ` on page 3`. */
  readonly where: string;
  /** Reports where these steps are; undefined where a run can't be resumed within them. */
  readonly report: ((place: StepsPlace) => Promise<void>) | undefined;
  /** Whether what comes after these steps looks at the page that they leave. */
  readonly isPageNeededAfter: boolean;
}

/** One step in its place, for steps that run others. */
export interface Standing {
  readonly path: string;
  /** Where in the job, for errors. */
  readonly at: string;
  /** Where to go on within the step; null: at its beginning. */
  readonly resumed: Within | null;
  /** Reports where the run is within the step, with all reads done; undefined where it can't be resumed there. */
  readonly report: ((within: Within) => Promise<void>) | undefined;
  /** Whether what comes after the step looks at the page that it leaves. */
  readonly isPageNeededAfter: boolean;
}

export function outermostScope(
  page: RecipePage,
  values: Values,
  report: ((place: StepsPlace) => Promise<void>) | undefined,
): Scope {
  return { page, reads: new ReadQueue(), values, where: "", report, isPageNeededAfter: false };
}

const JOINED_ROWS_MAX = 50_000;

/** Joins the values of a further page: lists grow, everything else is replaced. */
export function joinValues(into: Values, from: Values, at: string): void {
  for (const [name, value] of Object.entries(from)) {
    const known = into[name];
    if (!Array.isArray(known) || !Array.isArray(value)) {
      into[name] = value;
      continue;
    }
    if (known.length + value.length > JOINED_ROWS_MAX) {
      const message = `"${name}" grew over ${JOINED_ROWS_MAX} rows; read fewer pages in one job`;
      throw new PermanentFailure("OutputTooLarge", message, { at });
    }
    into[name] = [...(known as unknown[]), ...(value as unknown[])];
  }
}
