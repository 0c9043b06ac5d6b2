import type { BrowserClock } from "./browser-clock.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import type { BrowserSuccession } from "./browser-succession.ts";
import { ping } from "./ping.ts";

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

export interface ThawCheckOptions {
  readonly settings: Pick<BrowserSettings, "pingDeadlineMs">;
  readonly clock: BrowserClock;
  readonly launched: BrowserSuccession;
}

/** Whether the freeze before this invocation has cost the browser, or time. */
export class ThawCheck {
  readonly #options: ThawCheckOptions;
  readonly #clockWatch: ClockWatch;

  constructor(options: ThawCheckOptions) {
    this.#options = options;
    this.#clockWatch = new ClockWatch(options.clock);
  }

  /** Settles with a browser that answers, where one can be had. Never rejects. */
  async run(): Promise<ThawReport> {
    const { settings, clock, launched } = this.#options;
    const clockJumpMs = this.#clockWatch.jumpMs();
    const browser = launched.current;
    const first = launched.launches === 0;
    let detail = "the browser was gone";
    if (browser) {
      const startedAtMs = clock.monotonicMs();
      try {
        await ping(browser, settings.pingDeadlineMs);
        return { kind: "alive", pingMs: clock.monotonicMs() - startedAtMs, clockJumpMs };
      } catch (error) {
        detail = error instanceof Error ? error.message : String(error);
        launched.kill(browser, detail);
      }
    }
    try {
      await launched.get();
      return first ? { kind: "started", clockJumpMs } : { kind: "replaced", detail, clockJumpMs };
    } catch (error) {
      return { kind: "unavailable", detail: error instanceof Error ? error.message : String(error), clockJumpMs };
    }
  }
}
