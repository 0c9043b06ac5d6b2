import { HeldSession } from "./held-session.ts";
import { PagesHold } from "./pages-hold.ts";
import { PagesSeat } from "./pages-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import type { Taken } from "./take-session.ts";

interface Kept {
  readonly hold: PagesHold;
  seats: number;
  linger: NodeJS.Timeout | undefined;
}

/** The `pages` sessions that this container holds: each as long as it has jobs, and a moment longer for the next one. */
export class PagesHolds {
  readonly #surroundings: SessionSurroundings;
  readonly #kept = new Map<string, Kept>();
  readonly #closing = new Set<Promise<void>>();

  constructor(surroundings: SessionSurroundings) {
    this.#surroundings = surroundings;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** A seat in a session that is held already; undefined where it isn't, or all its pages are taken. */
  seatIn(name: string): PagesSeat | undefined {
    const kept = this.#kept.get(name);
    if (kept === undefined || kept.hold.isOver) return undefined;
    return kept.seats < kept.hold.held.record.pages ? this.#seat(name, kept) : undefined;
  }

  /** The same, in any session of a pool. */
  seatInPool(pool: string): PagesSeat | undefined {
    for (const [name, { hold }] of this.#kept) {
      const seat = hold.held.record.pool === pool ? this.seatIn(name) : undefined;
      if (seat !== undefined) return seat;
    }
    return undefined;
  }

  /** A seat in a session that was taken just now. */
  hold(taken: Taken, pooled: boolean): PagesSeat {
    const { name } = taken.record;
    // It was ours before, until its lease ran out or an operator ended it: nobody else would close that context.
    const before = this.#kept.get(name);
    if (before !== undefined) this.#close(name, before);
    const kept: Kept = {
      hold: new PagesHold(this.#surroundings, new HeldSession(this.#surroundings, taken, pooled)),
      seats: 0,
      linger: undefined,
    };
    this.#kept.set(name, kept);
    return this.#seat(name, kept);
  }

  async beat(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ hold }) => hold.beat()));
  }

  /** Gives every session back. */
  async close(): Promise<void> {
    for (const [name, kept] of this.#kept) this.#close(name, kept);
    await Promise.all(this.#closing);
  }

  #seat(name: string, kept: Kept): PagesSeat {
    clearTimeout(kept.linger);
    kept.linger = undefined;
    kept.seats += 1;
    return new PagesSeat(this.#surroundings, kept.hold, () => {
      kept.seats -= 1;
      this.#surroundings.changed();
      if (kept.seats > 0) return;
      if (kept.hold.isOver) this.#close(name, kept);
      else kept.linger = setTimeout(() => this.#close(name, kept), this.#surroundings.configuration.sessionLingerMs);
    });
  }

  #close(name: string, kept: Kept): void {
    clearTimeout(kept.linger);
    if (this.#kept.get(name) === kept) this.#kept.delete(name);
    const closing = kept.hold.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
