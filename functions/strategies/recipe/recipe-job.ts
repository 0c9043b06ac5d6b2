import { PermanentFailure } from "../../core/job/failures.ts";
import type { ArtifactReference } from "../../core/job/job-result.ts";
import type { StrategyPage, StrategyRun } from "../contract/define-strategy.ts";
import type { ReadProblem } from "../reading/convert-fields.ts";
import { ReadQueue } from "./read-queue.ts";
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
  /** Runs steps; their reads may still wait in the scope's queue afterwards. */
  runSteps(scope: Scope, steps: readonly Step[], path: string): Promise<void>;
}

/** One page with the reads that wait for it, and the values of the level that the steps stand on. */
export interface Scope {
  readonly page: StrategyPage;
  readonly reads: ReadQueue;
  readonly values: Values;
  /** Said behind a step's path in errors, such as ` on page 3`. */
  readonly where: string;
}

export function newScope(page: StrategyPage, where = ""): Scope {
  return { page, reads: new ReadQueue(), values: {}, where };
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
    for (const row of value as unknown[]) known.push(row);
  }
}
