import { setTimeout as delay } from "node:timers/promises";

import type { Log } from "../../core/logging/log.ts";

/** One thing that is looked at again and again while an invocation runs. */
export interface HealthRound {
  readonly name: string;
  readonly everyMs: number;
  /**
   * Bounded. What it throws is logged, and it is looked at again next time.
   * @param stopped aborts when the watch stops: begin nothing more then, `stop` waits
   */
  look(stopped: AbortSignal): Promise<void>;
}

/**
 * Looks after what nobody is using or notices at the moment. Runs only between `start` and `stop`: in a frozen container a
 * timer that ran out meanwhile would find everything late. A round that takes long puts off its own next one, and no other.
 */
export class HealthWatch {
  readonly #rounds: readonly HealthRound[];
  readonly #log: Log;
  #stop: (() => Promise<void>) | undefined;

  constructor(rounds: readonly HealthRound[], log: Log) {
    this.#rounds = rounds;
    this.#log = log;
  }

  /** Idempotent. */
  start(): void {
    if (this.#stop) return;
    const stopped = new AbortController();
    const running = this.#rounds.map((round) => this.#repeat(round, stopped.signal));
    this.#stop = async () => {
      stopped.abort();
      await Promise.all(running);
    };
  }

  /** Settles when no look is under way. Idempotent. */
  async stop(): Promise<void> {
    const stop = this.#stop;
    this.#stop = undefined;
    await stop?.();
  }

  async #repeat(round: HealthRound, stopped: AbortSignal): Promise<void> {
    for (;;) {
      await delay(round.everyMs, undefined, { signal: stopped }).catch(() => {});
      if (stopped.aborted) return;
      try {
        await round.look(stopped);
      } catch (error) {
        this.#log.warn(`health round ${round.name} failed`, { error });
      }
    }
  }
}
