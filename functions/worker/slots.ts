import {
  SlotGate,
  type GateChange,
  type SlotPolicy,
  type SlotRefusal,
  type SlotRequest,
} from "../core/capacity/slot-gate.ts";
import type { JobClass } from "../core/job/job-message.ts";

export type SlotAnswer = { readonly kind: "granted" } | SlotRefusal | { readonly kind: "withdrawn" };

/** The slot gate with promises: a job awaits its answer, and gives its slot back. One for each invocation. */
export class Slots {
  readonly #gate: SlotGate;
  readonly #remainingMs: () => number;
  readonly #waiting = new Map<string, (answer: SlotAnswer) => void>();
  #timer: NodeJS.Timeout | undefined;

  /** @param remainingMs what the invocation has left for work */
  constructor(policy: SlotPolicy, remainingMs: () => number) {
    this.#gate = new SlotGate(policy);
    this.#remainingMs = remainingMs;
  }

  get running(): number {
    return this.#gate.running;
  }

  get waiting(): number {
    return this.#gate.waiting;
  }

  /** Slots that a job of any class could have now. */
  free(jobClass: JobClass): number {
    return this.#gate.free(jobClass);
  }

  /** Settles with the gate's answer; `withdrawn` when the signal aborts first. */
  async acquire(request: SlotRequest, signal: AbortSignal): Promise<SlotAnswer> {
    const answer = Promise.withResolvers<SlotAnswer>();
    this.#waiting.set(request.id, answer.resolve);
    const withdraw = () => {
      this.#gate.withdraw(request.id);
      this.#answer(request.id, { kind: "withdrawn" });
    };
    signal.addEventListener("abort", withdraw, { once: true });
    this.#apply(this.#gate.request(request, Date.now(), this.#remainingMs()));
    try {
      return await answer.promise;
    } finally {
      signal.removeEventListener("abort", withdraw);
    }
  }

  /** Idempotent. */
  release(id: string): void {
    this.#apply(this.#gate.release(id, Date.now(), this.#remainingMs()));
  }

  /** Refuses whoever waits and whoever comes. */
  drain(why: string): void {
    this.#apply(this.#gate.drain(why));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #apply({ granted, refused }: GateChange): void {
    for (const id of granted) this.#answer(id, { kind: "granted" });
    for (const { id, refusal } of refused) this.#answer(id, refusal);
    clearTimeout(this.#timer);
    const deadlineMs = this.#gate.nextDeadlineMs();
    if (deadlineMs === undefined) return;
    const settle = () => this.#apply(this.#gate.settle(Date.now(), this.#remainingMs()));
    this.#timer = setTimeout(settle, Math.max(1, deadlineMs - Date.now()));
  }

  #answer(id: string, answer: SlotAnswer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }
}
