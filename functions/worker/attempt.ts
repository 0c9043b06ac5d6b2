import type { ContextLease } from "../browser/context-lease.ts";
import type { AllocationTemperature, ArtifactReference } from "../core/job/job-result.ts";
import type { Outcome } from "../core/job/outcome.ts";
import type { Checkpoint, Lease } from "../core/lease/lease.ts";
import { runStrategy } from "./attempt-strategy.ts";
import type { Container } from "./container.ts";
import { ContextLost } from "./crash-news.ts";
import type { Runnable } from "./intake.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import { loginIsOver, watchForSignedOut } from "./sessions/login-is-over.ts";
import { SessionUnavailable, type SeatEnd, type SessionSeat } from "./sessions/session-seat.ts";
import { newTrace, strategyRun } from "./strategy-run.ts";

export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly artifacts: readonly ArtifactReference[];
  readonly allocation: { readonly temperature: AllocationTemperature; readonly ms: number } | undefined;
  readonly runMs: number;
  /** Settles when the context is closed, or its browser condemned, and the session is given back. Never rejects. */
  readonly closed: Promise<void>;
}

/** What an attempt has: the right to the job, to a session where it wants one, and where an earlier attempt got to. */
export interface AttemptStart {
  readonly lease: Lease;
  readonly seat: SessionSeat | undefined;
  readonly resume: Checkpoint | undefined;
}

/** Why an attempt was stopped from outside; the first reason stays. */
type Stop = Extract<Outcome, { kind: "timed-out" | "out-of-time" | "lease-lost" | "session-unavailable" }>;

/** A login that is over is renewed so often in one attempt; a site that ends each new one at once isn't worth more. */
const LOGINS_MAX = 2;
const DETAIL_MAX_CHARACTERS = 2_000;

/**
 * One attempt at a job whose lease is taken: leases a context, runs the strategy against deadline, drain, lost lease and
 * crash, and gives the context back. Where the job's session turns out to be signed out, the session logs in again and the
 * strategy goes on from its last checkpoint. Never throws: every ending is an outcome.
 */
export async function attemptJob(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
  { lease, seat, resume }: AttemptStart,
): Promise<AttemptEnd> {
  const { job } = runnable;
  const startedAtMs = Date.now();
  const limitMs = Math.min(job.maxDurationMs, seat?.jobLimitMs ?? Number.POSITIVE_INFINITY);
  const deadlineAtMs = startedAtMs + limitMs;
  const stop = new AbortController();
  const stopped = Promise.withResolvers<Stop>();
  const trace = newTrace(resume);
  let context: ContextLease | undefined;
  let allocation: ContextLease["allocation"] | undefined;
  const halt = (reason: Stop) => {
    stopped.resolve(reason);
    stop.abort(new Error(`the attempt is over: ${reason.kind}`));
  };
  const onDrained = () => halt({ kind: "out-of-time", afterMs: Date.now() - startedAtMs, advanced: trace.advanced });
  const onGone = () => halt({ kind: "lease-lost", detail: String(held.gone.signal.reason) });
  const onSessionGone = () => halt(sessionUnavailable(seat?.gone.reason as SessionUnavailable));
  const timer = setTimeout(() => halt({ kind: "timed-out", afterMs: limitMs }), limitMs);
  whenAborted(invocation.drained, onDrained);
  whenAborted(held.gone.signal, onGone);
  if (seat) whenAborted(seat.gone, onSessionGone);

  const open = async (): Promise<ContextLease> => {
    const request = { profile: job.profile, resources: runnable.resources, signal: stop.signal };
    if (seat) return seat.open(request);
    const affinityKey = runnable.strategy.affinity === "site" ? `${job.profile} ${job.site}` : undefined;
    return container.browser.leaseContext({ ...request, affinityKey });
  };
  const work = async (): Promise<Outcome> => {
    for (let logins = 0; ; logins += 1) {
      try {
        context = await open();
      } catch (error) {
        if (error instanceof SessionUnavailable) return sessionUnavailable(error);
        if (error instanceof ContextLost) return { kind: "crashed", ...error.crash };
        return { kind: "crashed", what: "browser", detail: messageOf(error) };
      }
      allocation ??= context.allocation;
      const watch = watchForSignedOut(seat, context, stop.signal);
      const leaseLost = (detail: string) => halt({ kind: "lease-lost", detail });
      const run = strategyRun(container, runnable, context, {
        lease,
        trace,
        signal: watch.signal,
        deadlineAtMs,
        leaseLost,
        exclusively: (section) => (seat ? seat.exclusively(section, watch.signal) : section()),
      });
      const outcome = await Promise.race([runStrategy(runnable, run, context), watch.signedOut]);
      watch.stop();
      const signedOut =
        seat !== undefined && logins < LOGINS_MAX && (await loginIsOver(seat, outcome, container.log, stop.signal));
      if (!signedOut || stop.signal.aborted) return outcome === "signed-out" ? stillSignedOut(job.session) : outcome;
      container.log.info("session signed out in the middle of a job", { job: job.id, session: seat.session });
      seat.signedOut();
    }
  };
  try {
    const outcome = await Promise.race([work(), stopped.promise]);
    return {
      outcome,
      artifacts: trace.artifacts,
      allocation: allocation && { ...allocation, ms: toTenths(allocation.ms) },
      runMs: Math.round(Date.now() - startedAtMs - (allocation?.ms ?? 0)),
      closed: seat ? seat.leave(seatEnd(outcome, lease.attempt)) : (context?.release() ?? Promise.resolve()),
    };
  } finally {
    clearTimeout(timer);
    invocation.drained.removeEventListener("abort", onDrained);
    held.gone.signal.removeEventListener("abort", onGone);
    seat?.gone.removeEventListener("abort", onSessionGone);
    // A context that opens after the attempt was stopped finds its signal aborted and closes by itself.
    if (!stop.signal.aborted) stop.abort(new Error("the attempt is over"));
  }
}

function sessionUnavailable({ session, message, retryAfterSeconds }: SessionUnavailable) {
  return { kind: "session-unavailable", session, reason: message, retryAfterSeconds } as const;
}

/** The strategy leads to the login page itself, or the site ends every login. */
function stillSignedOut(session: string | undefined): Outcome {
  const message = `the site showed its login page again after ${LOGINS_MAX} new logins of ${session ?? "the pool's session"}`;
  return { kind: "failed", error: { name: "SignedOut", message }, retryable: true };
}

/** A session is put aside when several jobs fail in it: one that fails for good, or again, says more of itself. */
function seatEnd(outcome: Outcome, attempt: number): SeatEnd {
  if (outcome.kind === "completed") return { kind: "success" };
  if (outcome.kind !== "failed" && outcome.kind !== "timed-out") return { kind: "none" };
  if (attempt > 1 || (outcome.kind === "failed" && !outcome.retryable)) return { kind: "used" };
  return { kind: "failure", why: outcome.kind === "failed" ? outcome.error.name : "timed out" };
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
