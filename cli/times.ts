import { describeMs } from "./sessions/duration.ts";

/** A moment as this machine's clock on the wall shows it, ISO 8601 with its offset. */
export function localTime(atMs: number, offsetMinutes = -new Date(atMs).getTimezoneOffset()): string {
  const wall = new Date(atMs + offsetMinutes * 60_000).toISOString().slice(0, -1);
  if (offsetMinutes === 0) return `${wall}Z`;
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${wall}${offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** For people: `40 ms`, `4.2 s`, `3 min 4 s`. */
export function duration(ms: number): string {
  const rounded = Math.max(0, Math.round(ms));
  if (rounded < 100) return `${rounded} ms`;
  if (rounded < 59_950) return `${Number((rounded / 1_000).toFixed(1))} s`;
  return describeMs(rounded);
}
