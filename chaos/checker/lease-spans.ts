import type { LeaseWrite } from "../history.ts";

/** One lease of a job: from its take to the next one's, or to its own end. */
export interface LeaseSpan {
  readonly fence: number;
  readonly container: string;
  readonly fromMs: number;
  /** Infinity while nobody else has taken the job and it wasn't given back. */
  readonly untilMs: number;
}

/** In the order of their fences. */
export function leaseSpans(writes: readonly LeaseWrite[]): LeaseSpan[] {
  const takes = [...new Map(writes.filter(({ kind }) => kind === "take").map((take) => [take.fence, take])).values()];
  return takes
    .toSorted((one, other) => one.fence - other.fence)
    .map(({ fence, container, atMs }, index, sorted) => {
      const end = writes.find(
        (write) => write.fence === fence && (write.kind === "release" || write.kind === "finish"),
      );
      const next = sorted[index + 1];
      const untilMs = Math.min(end?.atMs ?? Number.POSITIVE_INFINITY, next?.atMs ?? Number.POSITIVE_INFINITY);
      return { fence, container, fromMs: atMs, untilMs };
    });
}
