import type { LeaseStore, Take, TakeRequest, UnderLease } from "../../../../../functions/core/lease/lease-store.ts";
import type { Lease, LeaseKey } from "../../../../../functions/core/lease/lease.ts";
import { Violation, type ChurnEvent } from "./churn-history.ts";

/** Writes down what a store let through. What was refused must have changed nothing. */
export class WatchedLeaseStore {
  readonly #inner: LeaseStore;
  readonly #history: ChurnEvent[];
  readonly #stored = new Map<LeaseKey, string>();

  constructor(inner: LeaseStore, history: ChurnEvent[]) {
    this.#inner = inner;
    this.#history = history;
  }

  async take(request: TakeRequest, nowMs: number): Promise<Take> {
    const { key, owner } = request;
    const take = await this.#inner.take(request, nowMs);
    const hasChanged = await this.#hasChanged(key);
    if (hasChanged !== (take.kind === "taken")) throw new Violation(`${key}: the answer is ${take.kind}`);
    if (take.kind === "taken")
      this.#history.push({ kind: "taken", key, container: owner.container, fence: take.lease.fence });
    return take;
  }

  /** @param by the lease that the writer has, whatever it writes with */
  async write<Value>(
    what: Extract<ChurnEvent, { kind: "wrote" }>["what"],
    by: Lease,
    write: (store: LeaseStore) => Promise<UnderLease<Value>>,
    page?: number,
  ): Promise<UnderLease<Value>> {
    const { key, fence, owner } = by;
    const written = await write(this.#inner);
    const hasChanged = await this.#hasChanged(key);
    if (hasChanged && written.kind === "lost") throw new Violation(`${key}: a refused ${what} changed the record`);
    // A renewal without a change of its times changes nothing: it is the first one's repetition.
    if (hasChanged) this.#history.push({ kind: "wrote", what, key, container: owner.container, fence, page });
    return written;
  }

  async #hasChanged(key: LeaseKey): Promise<boolean> {
    const text = JSON.stringify(await this.#inner.read(key));
    const hasChanged = text !== this.#stored.get(key);
    this.#stored.set(key, text);
    return hasChanged;
  }
}
