import { TransientFailure } from "../../core/job/failures.ts";
import type { StrategyRun } from "../contract/define-strategy.ts";

/** The part of a run that waiting needs. */
export type Clocked = Pick<StrategyRun<unknown>, "signal" | "remainingMs">;

/**
 * Awaits one answer of the browser, never longer than `limitMs` or the job's remaining time, and not past its signal:
 * an await on a sick renderer may otherwise never settle. Throws `TransientFailure` `BrowserNotAnswering`.
 */
export async function within<Value>(
  run: Clocked,
  limitMs: number,
  at: string,
  start: () => Promise<Value>,
): Promise<Value> {
  run.signal.throwIfAborted();
  const boundMs = Math.min(limitMs, run.remainingMs());
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new TransientFailure("BrowserNotAnswering", `the page gave no answer within ${boundMs} ms`, { at }));
  }, boundMs);
  const abort = () => reject(run.signal.reason instanceof Error ? run.signal.reason : new Error("aborted"));
  run.signal.addEventListener("abort", abort, { once: true });
  const answer = start();
  // The loser of the race must not become an unhandled rejection.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener("abort", abort);
  }
}
