import type { History, Visit } from "../history.ts";
import { leaseSpans, type LeaseSpan } from "./lease-spans.ts";
import type { Invariant } from "./violation.ts";

/** A request that is under way when the lease ends can't be called back, and the take is known here a moment after it happened. */
export const IN_FLIGHT_MS = 1_500;
/** A container that was stopped can't know what it missed: it acts on until a write of its own is refused, and no longer than this. */
export const NOTICE_MS = 6_000;

export const singleHolder: Invariant = {
  name: "single-holder",
  doc: `No two holders of a job act at once: each page is asked for by the container that holds the job's lease at that moment. Requests under way when it ends have ${IN_FLIGHT_MS} ms; a container that was stopped meanwhile has them from when the table first refused it a write.`,
  violations: (history) => {
    const jobs = new Set(history.visits.map(({ job }) => job));
    return [...jobs].flatMap((job) => {
      const spans = leaseSpans(history.writes.filter((write) => write.job === job));
      return history.visits.filter((visit) => visit.job === job).flatMap((visit) => problemOf(visit, spans, history));
    });
  },
};

function problemOf(visit: Visit, spans: readonly LeaseSpan[], history: History): string[] {
  if (visit.container === undefined) return [];
  const own = spans.filter(({ container }) => container === visit.container);
  if (own.some((span) => isWithin(visit, span, history))) return [];
  const held = spans.map(({ fence, container, fromMs, untilMs }) => `fence ${fence} ${container} ${fromMs}–${untilMs}`);
  const what = `${visit.job} page ${visit.page} was asked for by ${visit.container} at ${visit.atMs} without its lease`;
  return [`${what} (${held.join("; ") || "nobody ever held it"})`];
}

function isWithin(
  { job, atMs }: Visit,
  { container, fence, fromMs, untilMs }: LeaseSpan,
  { faults, refusals }: History,
): boolean {
  if (atMs < fromMs - IN_FLIGHT_MS) return false;
  if (atMs <= untilMs + IN_FLIGHT_MS) return true;
  const told = refusals.find((one) => one.job === job && one.container === container && one.fence === fence);
  return faults.some(({ stopped, atMs: stoppedAtMs }) => {
    if (stopped?.container !== container || stoppedAtMs > untilMs || atMs < stopped.untilMs) return false;
    const noticedAtMs = Math.min(told?.atMs ?? Number.POSITIVE_INFINITY, stopped.untilMs + NOTICE_MS);
    return atMs <= Math.max(noticedAtMs, stopped.untilMs) + IN_FLIGHT_MS;
  });
}
