import type { ContextLease } from "../../browser/context-lease.ts";
import type { ContextLoss } from "../../browser/pooled-context.ts";
import { classifyError } from "../../core/job/classify-error.ts";
import type { Outcome } from "../../core/job/outcome.ts";
import type { StrategyRun } from "../../strategies/contract/define-strategy.ts";
import { crashBehind } from "../crash-news.ts";
import type { Runnable } from "../intake.ts";
import { withoutOutbound } from "../outbound-guard.ts";

export type StrategyEnd =
  | { readonly kind: "outcome"; readonly outcome: Extract<Outcome, { kind: "completed" | "failed" }> }
  | { readonly kind: "lost"; readonly loss: ContextLoss };

/** Runs the strategy once. Never throws. */
export async function runStrategy(
  { job, strategy }: Runnable,
  run: StrategyRun<unknown>,
  context: ContextLease,
): Promise<StrategyEnd> {
  try {
    const output = await withoutOutbound(job.strategy, () => strategy.run(run));
    return { kind: "outcome", outcome: { kind: "completed", output: strategy.output.parse(output) } };
  } catch (error) {
    const loss = await crashBehind(error, context);
    return loss ? { kind: "lost", loss } : { kind: "outcome", outcome: { kind: "failed", ...classifyError(error) } };
  }
}
