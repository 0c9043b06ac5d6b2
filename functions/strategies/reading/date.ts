import type { Match } from "./pattern.ts";

const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/u;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/u;
/** `Sat, 21 Nov 2026 09:00:00 GMT` */
const RFC_2822 = /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})? (?:GMT|UTC|[+-]\d{4})$/u;

/**
 * A date as ISO 8601: `2026-11-21`, or with its time in UTC. Other spellings are read by a regex with groups named
 * `year`, `month` and `day`; guessing between 03/04 and 04/03 would be wrong half of the time.
 */
export function readDate(text: string, match?: Match): string | undefined {
  const [year, month, day] = [match?.group("year"), match?.group("month"), match?.group("day")];
  if (year !== undefined && month !== undefined && day !== undefined) {
    return validDay(`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`);
  }
  const trimmed = text.trim();
  if (ISO_DAY.test(trimmed)) return validDay(trimmed);
  if (!ISO_TIME.test(trimmed) && !RFC_2822.test(trimmed)) return undefined;
  // Without a zone the time would be read in the container's own; it is taken as UTC.
  const zoned = ISO_TIME.test(trimmed) && !/(?:Z|[+-]\d{2}:?\d{2})$/u.test(trimmed) ? `${trimmed}Z` : trimmed;
  const atMs = Date.parse(zoned);
  return Number.isNaN(atMs) ? undefined : new Date(atMs).toISOString();
}

/** Refuses 2026-02-31, which `Date` would carry over to March. */
function validDay(day: string): string | undefined {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day) ? day : undefined;
}
