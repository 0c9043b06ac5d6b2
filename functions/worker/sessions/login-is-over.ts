import type { Frame } from "playwright-core";

import type { ContextLease } from "../../browser/context-lease.ts";
import type { Outcome } from "../../core/job/outcome.ts";
import type { Log } from "../../core/logging/log.ts";
import type { SessionSeat } from "./session-seat.ts";

export interface SignedOutWatch {
  /** The attempt's signal, which aborts too when the page shows that nobody is logged in. */
  readonly signal: AbortSignal;
  /** Settles then. */
  readonly signedOut: Promise<"signed-out">;
  stop(): void;
}

/** Watches the addresses of a job's page. Costs nothing where the job has no session. */
export function watchForSignedOut(
  seat: SessionSeat | undefined,
  { page }: ContextLease,
  signal: AbortSignal,
): SignedOutWatch {
  const signedOut = Promise.withResolvers<"signed-out">();
  if (seat === undefined) return { signal, signedOut: signedOut.promise, stop: () => {} };
  const round = new AbortController();
  const onNavigated = (frame: Frame) => {
    if (frame.parentFrame() !== null || !seat.showsSignedOut(frame.url())) return;
    signedOut.resolve("signed-out");
    round.abort(new Error("the session is signed out"));
  };
  page.on("framenavigated", onNavigated);
  // A strategy that is stopped may never come to its end.
  signal.addEventListener("abort", () => page.off("framenavigated", onNavigated), { once: true, signal: round.signal });
  return {
    signal: AbortSignal.any([signal, round.signal]),
    signedOut: signedOut.promise,
    stop: () => {
      page.off("framenavigated", onNavigated);
      // What the strategy still has under way mustn't act in a page that is about to close.
      round.abort(new Error("the strategy's turn is over"));
    },
  };
}

/**
 * Whether a job came to this because nobody was logged in. The site showed it, or is asked: a job that fails often fails
 * for want of a login, and only the site knows.
 */
export async function loginIsOver(
  seat: SessionSeat,
  outcome: Outcome | "signed-out",
  log: Log,
  signal: AbortSignal,
): Promise<boolean> {
  if (outcome === "signed-out") return true;
  if (outcome.kind !== "failed" || signal.aborted) return false;
  try {
    return !(await seat.isLoggedIn(signal));
  } catch (error) {
    log.warn("the site could not be asked who is logged in", { session: seat.session, error });
    return false;
  }
}
