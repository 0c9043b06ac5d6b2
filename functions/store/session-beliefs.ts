import type { SessionRecord } from "../core/session/session.ts";
import { NO_SIGHT, beliefFrom, type Belief } from "./session-pool-place.ts";

/** A container sees a handful; whoever lists the fleet's keeps the last ones. */
const NAMES_MAX = 1_000;

/** What was last seen of each session. May be out of date at any time: writes are conditional on what they use of it. */
export class SessionBeliefs {
  readonly #beliefs = new Map<string, Belief>();

  of(name: string): Belief {
    return this.#beliefs.get(name) ?? NO_SIGHT;
  }

  saw(record: SessionRecord): void {
    this.#keep(record.name, beliefFrom(record));
  }

  /** The index answered the session for its pool. */
  sawInPool(name: string, pool: string): void {
    const before = this.of(name);
    if (before.pool !== pool) this.#keep(name, { ...before, pool });
  }

  #keep(name: string, belief: Belief): void {
    this.#beliefs.delete(name);
    this.#beliefs.set(name, belief);
    if (this.#beliefs.size <= NAMES_MAX) return;
    const [oldest] = this.#beliefs.keys();
    if (oldest !== undefined) this.#beliefs.delete(oldest);
  }
}
