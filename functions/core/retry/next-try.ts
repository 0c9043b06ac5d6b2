/** The longest first pause. The SDK has tried several times already, within a fifth of a second or within some. */
const FIRST_PAUSE_MS = 250;
/** No pause is longer: what throttles or fails for minutes is asked about every few seconds by each job that waits for it. */
const PAUSE_MAX_MS = 5_000;

export type NextTry = { readonly kind: "again"; readonly afterMs: number } | { readonly kind: "too-late" };

/**
 * When to try again what must happen. Full jitter: the pause is drawn between nothing and a bound that doubles with every
 * failure, so that jobs whose calls failed together don't come back together. A pause that would pass the deadline
 * is half of what is left instead, and with less than the first pause left there is none.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015, revised 2023).
 * @param failures how many tries have failed, from 1
 * @param random 0 to 1
 */
export function nextTry(failures: number, nowMs: number, untilMs: number, random: number): NextTry {
  const leftMs = untilMs - nowMs;
  const boundMs = Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  const pauseMs = Math.floor(random * boundMs);
  if (pauseMs < leftMs) return { kind: "again", afterMs: pauseMs };
  return leftMs < FIRST_PAUSE_MS ? { kind: "too-late" } : { kind: "again", afterMs: Math.floor(leftMs / 2) };
}
