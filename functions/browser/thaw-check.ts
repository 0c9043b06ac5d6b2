import type { BrowserClock } from "./browser-clock.ts";

/**
 * How the pool came out of a freeze. `clockJumpMs`: how much further the wall clock went than the monotonic one since
 * the last check; far from 0 means that the machine slept, and that leases may have run out meanwhile.
 */
export type ThawReport =
  | { readonly kind: "alive"; readonly pingMs: number; readonly clockJumpMs: number }
  /** It wasn't up yet, and is now. */
  | { readonly kind: "started"; readonly clockJumpMs: number }
  /** The old browser was dead, or didn't answer and was killed. */
  | { readonly kind: "replaced"; readonly detail: string; readonly clockJumpMs: number }
  | { readonly kind: "unavailable"; readonly detail: string; readonly clockJumpMs: number };

export class ClockWatch {
  readonly #clock: BrowserClock;
  #wallMs: number;
  #monotonicMs: number;

  constructor(clock: BrowserClock) {
    this.#clock = clock;
    this.#wallMs = clock.wallMs();
    this.#monotonicMs = clock.monotonicMs();
  }

  /** The jump since the last call. */
  jumpMs(): number {
    const wallMs = this.#clock.wallMs();
    const monotonicMs = this.#clock.monotonicMs();
    const jumpMs = wallMs - this.#wallMs - (monotonicMs - this.#monotonicMs);
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
    return Math.round(jumpMs);
  }
}
