import type { BrowserPool } from "../../browser/browser-pool.ts";
import type { ContextLease } from "../../browser/context-lease.ts";
import type { SeatRequest } from "./session-seat.ts";

/**
 * A context whose wait ends with the job's signal, and whose life doesn't: what the job left in it is read after the job
 * was stopped, and only then the seat closes it.
 */
export async function leaseForSeat(
  browser: Pick<BrowserPool, "leaseContext">,
  { profile, resources, signal }: SeatRequest,
): Promise<ContextLease> {
  signal.throwIfAborted();
  const wait = new AbortController();
  const onAbort = () => wait.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await browser.leaseContext({ profile, resources, signal: wait.signal });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
