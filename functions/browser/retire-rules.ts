import type { BrowserSettings } from "./browser-settings.ts";

export type RetireReason = "uses" | "age" | "slowdown";

export interface BrowserWear {
  /** Contexts opened so far. */
  readonly uses: number;
  readonly ageMs: number;
  /** How long each context took to open, oldest first, in milliseconds. */
  readonly openMs: readonly number[];
}

/** How many openings a median is taken from: few enough to notice wear, enough that one slow moment doesn't count. */
export const SLOWDOWN_SAMPLE = 20;

/** Contexts wear a browser out: says when it is due for replacement. */
export function retireReason(
  wear: BrowserWear,
  limits: Pick<BrowserSettings, "retireAfterUses" | "retireAfterAgeMs" | "slowdownFactor">,
): RetireReason | undefined {
  if (wear.uses >= limits.retireAfterUses) return "uses";
  if (wear.ageMs >= limits.retireAfterAgeMs) return "age";
  // The two samples don't overlap: a young browser isn't judged.
  if (wear.openMs.length < 2 * SLOWDOWN_SAMPLE) return undefined;
  const first = median(wear.openMs.slice(0, SLOWDOWN_SAMPLE));
  const recent = median(wear.openMs.slice(-SLOWDOWN_SAMPLE));
  return recent > first * limits.slowdownFactor ? "slowdown" : undefined;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
