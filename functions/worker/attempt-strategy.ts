import type { ContextLease } from "../browser/context-lease.ts";
import { classifyError, type ClassifiedError } from "../core/job/classify-error.ts";
import type { Outcome } from "../core/job/outcome.ts";
import type { StrategyRun } from "../strategies/contract/define-strategy.ts";
import type { Runnable } from "./intake.ts";
import { withoutOutbound } from "./outbound-guard.ts";

/** A crash ends a strategy's calls a moment before the browser room hears of it. */
const CRASH_NEWS_MS = 250;

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
    const classified = classifyError(error);
    const crash = looksGone(classified) ? await crashOf(context) : undefined;
    return crash ?? { kind: "failed", ...classified };
  }
}

function looksGone({ error }: ClassifiedError): boolean {
  return error.name === "ContextGone" || error.name === "PageCrashed";
}

/** The strategy only sees that its page is gone; what took it comes as news, a moment later. */
async function crashOf(context: ContextLease): Promise<Outcome | undefined> {
  const noNews = Promise.withResolvers<undefined>();
  const timer = setTimeout(noNews.resolve, CRASH_NEWS_MS, undefined);
  const news = await Promise.race([context.lost, noNews.promise]);
  clearTimeout(timer);
  return news === undefined ? undefined : { kind: "crashed", ...news };
}
