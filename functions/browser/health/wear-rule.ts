import type { BrowserSettings } from "../browser-settings.ts";

/** How many navigations are looked at: one slow one may be a busy moment. */
export const WEAR_SAMPLE = 3;
/** How many of the fresh ones, to know what is usual here and now. */
export const FRESH_SAMPLE = 9;

/**
 * Whether a context's last navigations took so much longer than fresh contexts' that it is due for replacement.
 * @param usedMs its latest navigations, oldest first, in milliseconds
 * @param freshMs those of contexts that were never used, the same way
 */
export function isWorn(
  usedMs: readonly number[],
  freshMs: readonly number[],
  { wearFactor, wearMinMs }: Pick<BrowserSettings, "wearFactor" | "wearMinMs">,
): boolean {
  const last = usedMs.slice(-WEAR_SAMPLE);
  const usual = freshMs.slice(-FRESH_SAMPLE).toSorted((one, other) => one - other);
  const fresh = usual[Math.floor(usual.length / 2)];
  if (last.length < WEAR_SAMPLE || fresh === undefined) return false;
  return last.every((ms) => ms > fresh * wearFactor && ms > fresh + wearMinMs);
}
