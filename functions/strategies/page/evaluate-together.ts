import type { StrategyPage } from "../contract/define-strategy.ts";
import { navigating } from "./visit.ts";
import { within, type Clocked } from "./within.ts";

const EVALUATION_TIMEOUT_MS = 30_000;

type InPage<Argument, Value> = (argument: Argument) => Value;

/** Two functions of the page in one round trip; each must need nothing but its argument. */
export async function evaluateTogether<A, B, First, Second>(
  run: Clocked,
  page: StrategyPage,
  at: string,
  [first, a]: readonly [InPage<A, First>, A],
  [second, b]: readonly [InPage<B, Second>, B],
): Promise<readonly [First, Second]> {
  const call = (source: string, argument: unknown) => `(${source})(${JSON.stringify(argument) ?? ""})`;
  const expression = `[${call(first.toString(), a)}, ${call(second.toString(), b)}]`;
  return navigating(run, at, page.url(), () =>
    within(run, EVALUATION_TIMEOUT_MS, at, () => page.evaluate<readonly [First, Second]>(expression)),
  );
}
