/** What happened to sessions in one invocation. */
export interface SessionUsage {
  /** Leases taken, for jobs or to log in. */
  readonly leased: number;
  readonly released: number;
  readonly quarantined: number;
  /** Logins that were carried out here. */
  readonly refreshed: number;
  /** Writes of this container that a fence refused. */
  readonly fencedOut: number;
  /** Jobs that got no session in time, and went back to their queue. */
  readonly unavailable: number;
  /** From the wish for a session to the right to use it, one for each job. */
  readonly waitMs: readonly number[];
  readonly loginMs: readonly number[];
}

type Count = "leased" | "released" | "quarantined" | "fencedOut" | "unavailable";

/** Adds up one invocation's dealings with sessions. */
export class SessionMeter {
  readonly #counts: Record<Count, number> = { leased: 0, released: 0, quarantined: 0, fencedOut: 0, unavailable: 0 };
  readonly #waitMs: number[] = [];
  readonly #loginMs: number[] = [];

  count(what: Count): void {
    this.#counts[what] += 1;
  }

  waited(ms: number): void {
    this.#waitMs.push(ms);
  }

  loggedIn(ms: number): void {
    this.#loginMs.push(ms);
  }

  read(): SessionUsage {
    return { ...this.#counts, refreshed: this.#loginMs.length, waitMs: [...this.#waitMs], loginMs: [...this.#loginMs] };
  }
}
