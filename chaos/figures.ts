import type { History, InjectedFault } from "./history.ts";

/** What one plan says of its faults, besides whether it holds. */
export interface PlanFigures {
  readonly jobs: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly contaminated: number;
  /** Pages that were asked for more than once. */
  readonly repeatedPages: number;
  readonly repeatedResults: number;
  /** By fault; only those that interrupted jobs, and whose jobs all act again. */
  readonly recoveries: readonly { readonly fault: string; readonly ms: number }[];
}

export function figuresOf(history: History): PlanFigures {
  const { plan, results, visits } = history;
  const outcomes = Map.groupBy(results, ({ id }) => id);
  const kinds = [...outcomes.values()].map((list) => new Set(list.map(({ kind, fence }) => `${kind} ${fence}`)).size);
  return {
    jobs: plan.jobs.length,
    lost: plan.jobs.filter(({ id }) => !outcomes.has(id)).length,
    duplicated: kinds.filter((different) => different > 1).length,
    contaminated: new Set(visits.filter(({ foreign }) => foreign.length > 0).map(({ job }) => job)).size,
    repeatedPages: visits.length - new Set(visits.map(({ job, page }) => `${job} ${page}`)).size,
    repeatedResults: results.length - kinds.reduce((sum, different) => sum + different, 0),
    recoveries: history.faults.flatMap((fault) => {
      const ms = recoveryMs(fault, history);
      return ms === undefined ? [] : [{ fault: fault.order.fault, ms }];
    }),
  };
}

/**
 * From a fault to the moment when every job that it interrupted acts again: asks for a page over a new connection, and
 * so from another context, or is finished where it had no more to ask for. Undefined where it interrupted none, or one of them never acted again.
 */
function recoveryMs({ interrupted, atMs }: InjectedFault, { visits, writes }: History): number | undefined {
  const again = interrupted.map((job) => {
    const asked = visits.find((visit) => visit.job === job && visit.connectedAtMs > atMs);
    const finished = writes.find((write) => write.job === job && write.kind === "finish" && write.atMs > atMs);
    return Math.min(asked?.atMs ?? Number.POSITIVE_INFINITY, finished?.atMs ?? Number.POSITIVE_INFINITY);
  });
  const last = Math.max(...again);
  return Number.isFinite(last) ? last - atMs : undefined;
}
