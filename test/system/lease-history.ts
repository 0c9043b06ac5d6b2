/** One lease of a session, from the workers' own log lines. */
export interface LeaseSpan {
  readonly session: string;
  readonly fence: number;
  readonly acquiredAtMs: number;
  /** When the session had been given back before. */
  readonly lastUsedAtMs: number;
  /** Infinity while it isn't given back. */
  readonly releasedAtMs: number;
}

/**
 * From a look at the index to the take another container may give a session back: it was free then, but nobody could know.
 */
const LOOK_MS = 250;

/** Joins `session leased` and `session released` lines by session and fence, in the order of the takes. */
export function leaseSpans(
  leased: readonly Record<string, unknown>[],
  released: readonly Record<string, unknown>[],
): LeaseSpan[] {
  const ends = new Map(released.map((line) => [`${String(line["session"])} ${String(line["fence"])}`, line]));
  return leased
    .map((line) => ({
      session: String(line["session"]),
      fence: Number(line["fence"]),
      acquiredAtMs: Number(line["acquiredAtMs"]),
      lastUsedAtMs: Number(line["lastUsedAtMs"]),
      releasedAtMs: Number(
        ends.get(`${String(line["session"])} ${String(line["fence"])}`)?.["releasedAtMs"] ?? Number.POSITIVE_INFINITY,
      ),
    }))
    .toSorted((one, other) => one.acquiredAtMs - other.acquiredAtMs);
}

/** Pairs of leases of one session that were held at the same time. */
export function overlappingLeases(spans: readonly LeaseSpan[]): string[] {
  const last = new Map<string, LeaseSpan>();
  return spans.flatMap((span) => {
    const before = last.get(span.session);
    last.set(span.session, span);
    if (before === undefined || before.releasedAtMs <= span.acquiredAtMs) return [];
    return [
      `${span.session}: fence ${before.fence} until ${before.releasedAtMs}, fence ${span.fence} from ${span.acquiredAtMs}`,
    ];
  });
}

/** Takes that passed over a session which had been free for longer, and for long enough to be seen. */
export function leastRecentlyUsedFaults(spans: readonly LeaseSpan[]): string[] {
  return spans.flatMap((span) => {
    const others = new Set(spans.map(({ session }) => session).filter((session) => session !== span.session));
    return [...others].flatMap((session) => {
      const earlier = spans.filter((one) => one.session === session && one.acquiredAtMs < span.acquiredAtMs);
      const before = earlier.at(-1);
      const freeSinceMs = before === undefined ? 0 : before.releasedAtMs;
      const next = spans.find((one) => one.session === session && one.acquiredAtMs >= span.acquiredAtMs);
      const takenSoon = next !== undefined && next.acquiredAtMs - span.acquiredAtMs < LOOK_MS;
      const wasFree = freeSinceMs < span.acquiredAtMs - LOOK_MS && !takenSoon;
      if (!wasFree || freeSinceMs >= span.lastUsedAtMs) return [];
      return [
        `${span.session} (free since ${span.lastUsedAtMs}) was taken at ${span.acquiredAtMs}, ${session} was free since ${freeSinceMs}`,
      ];
    });
  });
}
