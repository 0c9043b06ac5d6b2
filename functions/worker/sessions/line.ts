export type Entrance =
  /** `leave` is idempotent. */
  { readonly kind: "entered"; readonly leave: () => void } | { readonly kind: "waited-too-long" };

interface Waiter {
  /** False where the waiter has gone away meanwhile. */
  grant(): boolean;
}

/** Who waits for one of a few places, first come first served. */
export class Line {
  readonly #places: number;
  #taken = 0;
  readonly #waiting: Waiter[] = [];

  /** @param places how many may be inside at once */
  constructor(places: number) {
    this.#places = places;
  }

  /** Nobody is inside and nobody waits. */
  get isIdle(): boolean {
    return this.#taken === 0 && this.#waiting.length === 0;
  }

  /** Rejects with the signal's reason when it aborts first. */
  async enter(signal: AbortSignal, limitMs: number): Promise<Entrance> {
    signal.throwIfAborted();
    if (this.#taken < this.#places) {
      this.#taken += 1;
      return { kind: "entered", leave: this.#wayOut() };
    }
    return this.#wait(signal, limitMs);
  }

  async #wait(signal: AbortSignal, limitMs: number): Promise<Entrance> {
    const { promise, resolve, reject } = Promise.withResolvers<Entrance>();
    let over = false;
    const end = (settle: () => void): boolean => {
      if (over) return false;
      over = true;
      settle();
      return true;
    };
    const waiter: Waiter = { grant: () => end(() => resolve({ kind: "entered", leave: this.#wayOut() })) };
    const onAbort = () => void end(() => reject(signal.reason));
    const timer = setTimeout(() => end(() => resolve({ kind: "waited-too-long" })), limitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(waiter);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      const place = this.#waiting.indexOf(waiter);
      if (place >= 0) this.#waiting.splice(place, 1);
    }
  }

  #wayOut(): () => void {
    let out = false;
    return () => {
      if (out) return;
      out = true;
      // The place goes from hand to hand: nobody who comes now gets ahead of who waits.
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) if (next.grant()) return;
      this.#taken -= 1;
    };
  }
}
