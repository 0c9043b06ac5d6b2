import type { ContextLease } from "../browser/context-lease.ts";
import { classifyError, type ClassifiedError } from "../core/job/classify-error.ts";
import type { AllocationTemperature, ArtifactReference } from "../core/job/job-result.ts";
import type { Outcome } from "../core/job/outcome.ts";
import type { Checkpoint, Lease } from "../core/lease/lease.ts";
import type { StrategyRun } from "../strategies/contract/define-strategy.ts";
import type { Container } from "./container.ts";
import type { Runnable } from "./intake.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import { withoutOutbound } from "./outbound-guard.ts";
import { strategyRun, type AttemptTrace } from "./strategy-run.ts";

export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly artifacts: readonly ArtifactReference[];
  readonly allocation: { readonly temperature: AllocationTemperature; readonly ms: number } | undefined;
  readonly runMs: number;
  /** Settles when the context is closed, or its browser condemned. Never rejects. */
  readonly closed: Promise<void>;
}

/** Why an attempt was stopped from outside; the first reason stays. */
type Stop = Extract<Outcome, { kind: "timed-out" | "out-of-time" | "lease-lost" }>;

/** A crash ends a strategy's calls a moment before the browser room hears of it. */
const CRASH_NEWS_MS = 250;
const DETAIL_MAX_CHARACTERS = 2_000;

/**
 * One attempt at a job whose lease is taken: leases a context, runs the strategy against deadline, drain, lost lease
 * and crash, and gives the context back. Never throws: every ending is an outcome.
 */
export async function attemptJob(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
  lease: Lease,
  resume: Checkpoint | undefined,
): Promise<AttemptEnd> {
  const { job } = runnable;
  const startedAtMs = Date.now();
  const deadlineAtMs = startedAtMs + job.maxDurationMs;
  const stop = new AbortController();
  const stopped = Promise.withResolvers<Stop>();
  let trace: AttemptTrace | undefined;
  let context: ContextLease | undefined;
  const halt = (reason: Stop) => {
    stopped.resolve(reason);
    stop.abort(new Error(`the attempt is over: ${reason.kind}`));
  };
  const onDrained = () =>
    halt({ kind: "out-of-time", afterMs: Date.now() - startedAtMs, advanced: trace?.advanced ?? false });
  const onGone = () => halt({ kind: "lease-lost", detail: String(held.gone.signal.reason) });
  const timer = setTimeout(() => halt({ kind: "timed-out", afterMs: job.maxDurationMs }), job.maxDurationMs);
  whenAborted(invocation.drained, onDrained);
  whenAborted(held.gone.signal, onGone);

  const work = async (): Promise<Outcome> => {
    try {
      context = await container.browser.leaseContext({
        profile: job.profile,
        resources: runnable.resources,
        affinityKey: runnable.strategy.affinity === "site" ? `${job.profile} ${job.site}` : undefined,
        signal: stop.signal,
      });
    } catch (error) {
      return { kind: "crashed", what: "browser", detail: messageOf(error) };
    }
    const frame = strategyRun(container, runnable, context, {
      lease,
      resume,
      signal: stop.signal,
      deadlineAtMs,
      leaseLost: (detail) => halt({ kind: "lease-lost", detail }),
    });
    trace = frame.trace;
    return runStrategy(runnable, frame.run, context);
  };
  try {
    const outcome = await Promise.race([work(), stopped.promise]);
    return {
      outcome,
      artifacts: trace?.artifacts ?? [],
      allocation: context && { ...context.allocation, ms: toTenths(context.allocation.ms) },
      runMs: Math.round(Date.now() - startedAtMs - (context?.allocation.ms ?? 0)),
      closed: context?.release() ?? Promise.resolve(),
    };
  } finally {
    clearTimeout(timer);
    invocation.drained.removeEventListener("abort", onDrained);
    held.gone.signal.removeEventListener("abort", onGone);
    // A context that opens after the attempt was stopped finds its signal aborted and closes by itself.
    if (!stop.signal.aborted) stop.abort(new Error("the attempt is over"));
  }
}

async function runStrategy(
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

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, DETAIL_MAX_CHARACTERS);
}

/** A hot allocation takes about a millisecond, so whole ones would say too little; more digits say nothing. */
function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function whenAborted(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener, { once: true });
}
