/** Counts the time that an attempt works, in whichever place, and says when it is over. Waiting for a slot doesn't count. */
export class WorkClock {
  readonly #limitMs: number;
  readonly #onOver: () => void;
  #beforeMs: number;
  #sinceMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param beforeMs what the attempt has worked already, in another container */
  constructor(beforeMs: number, limitMs: number, onOver: () => void) {
    this.#beforeMs = beforeMs;
    this.#limitMs = limitMs;
    this.#onOver = onOver;
  }

  get workedMs(): number {
    return this.#beforeMs + (this.#sinceMs === undefined ? 0 : performance.now() - this.#sinceMs);
  }

  /** Until the limit; never under 0. */
  get remainingMs(): number {
    return Math.max(0, this.#limitMs - this.workedMs);
  }

  /** Idempotent. */
  start(): void {
    if (this.#sinceMs !== undefined) return;
    this.#sinceMs = performance.now();
    this.#timer = setTimeout(this.#onOver, this.remainingMs);
  }

  /** Idempotent. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#beforeMs = this.workedMs;
    this.#sinceMs = undefined;
  }
}
