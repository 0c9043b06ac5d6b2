/** A structured log. Strings in `details` are bounded by the writer, and nothing secret is ever passed in. */
export interface Log {
  debug(message: string, details?: LogDetails): void;
  info(message: string, details?: LogDetails): void;
  warn(message: string, details?: LogDetails): void;
  error(message: string, details?: LogDetails): void;
}

export type LogDetails = Readonly<Record<string, unknown>>;

const STRING_MAX_CHARACTERS = 1_000;
const DEPTH_MAX = 4;
const ENTRIES_MAX = 50;

/** Cuts strings, depth and breadth, so that what a page says can't flood the log. */
export function boundedDetails(details: LogDetails): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details)
      .slice(0, ENTRIES_MAX)
      .map(([key, value]) => [key, bounded(value, 1)]),
  );
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === "string") {
    return value.length > STRING_MAX_CHARACTERS ? `${value.slice(0, STRING_MAX_CHARACTERS - 1)}…` : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return { name: value.name, message: bounded(value.message, depth) };
  if (depth >= DEPTH_MAX) return "…";
  if (Array.isArray(value)) return value.slice(0, ENTRIES_MAX).map((entry) => bounded(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, ENTRIES_MAX)
      .map(([key, entry]) => [key, bounded(entry, depth + 1)]),
  );
}
