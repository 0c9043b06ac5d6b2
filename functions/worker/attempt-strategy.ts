import type { ContextLease } from "../browser/context-lease.ts";
import { classifyError } from "../core/job/classify-error.ts";
import type { Outcome } from "../core/job/outcome.ts";
import type { StrategyRun } from "../strategies/contract/define-strategy.ts";
import { crashBehind } from "./crash-news.ts";
import type { Runnable } from "./intake.ts";
import { withoutOutbound } from "./outbound-guard.ts";

/** Runs the strategy once. Never throws. */
export async function runStrategy(
  { job, strategy }: Runnable,
  run: StrategyRun<unknown>,
  context: ContextLease,
): Promise<Outcome> {
  try {
    const output = await withoutOutbound(job.strategy, () => strategy.run(run));
    return { kind: "completed", output: strategy.output.parse(output) };
  } catch (error) {
    const crash = await crashBehind(error, context);
    return crash ? { kind: "crashed", ...crash } : { kind: "failed", ...classifyError(error) };
  }
}
