import {
  SlotGate,
  type GateChange,
  type SlotGrant,
  type SlotPolicy,
  type SlotRefusal,
} from "../core/capacity/slot-gate.ts";
import type { SlotRequest } from "../core/capacity/slot-request.ts";
import type { JobClass } from "../core/job/job-message.ts";

export type SlotAnswer = ({ readonly kind: "granted" } & SlotGrant) | SlotRefusal | { readonly kind: "withdrawn" };

/** A running job that must make room. It keeps its slot until it releases it. */
export interface Displacement {
  readonly id: string;
  /** The job that gets its slot. */
  readonly by: string;
}

/** The slot gate with promises: a job awaits its answer, and gives its slot back. One for each invocation. */
export class Slots {
  readonly #gate: SlotGate;
  readonly #remainingMs: () => number;
  readonly #onDisplaced: (displacement: Displacement) => void;
  readonly #waiting = new Map<string, (answer: SlotAnswer) => void>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param remainingMs what the invocation has left for work
   * @param onDisplaced asks the job to go; it may be asked again where the one that it made room for left
   */
  constructor(policy: SlotPolicy, remainingMs: () => number, onDisplaced: (displacement: Displacement) => void) {
    this.#gate = new SlotGate(policy);
    this.#remainingMs = remainingMs;
    this.#onDisplaced = onDisplaced;
  }

  get running(): number {
    return this.#gate.running;
  }

  get waiting(): number {
    return this.#gate.waiting;
  }

  /** Of those that wait, who has had no slot here yet. */
  get newcomers(): number {
    return this.#gate.newcomers;
  }

  /** Slots that a job of any class could have now. */
  free(jobClass: JobClass): number {
    return this.#gate.free(jobClass);
  }

  /** Whether a critical job of this class would find others that make room for it. */
  canDisplaceFor(jobClass: JobClass): boolean {
    return this.#gate.canDisplaceFor(jobClass);
  }

  /** Settles with the gate's answer; `withdrawn` when the signal aborts first. */
  async acquire(request: SlotRequest, signal: AbortSignal): Promise<SlotAnswer> {
    if (signal.aborted) return { kind: "withdrawn" };
    const answer = Promise.withResolvers<SlotAnswer>();
    this.#waiting.set(request.id, answer.resolve);
    const withdraw = () => {
      if (!this.#waiting.has(request.id)) return;
      this.#answer(request.id, { kind: "withdrawn" });
      this.#apply(this.#gate.withdraw(request.id, Date.now(), this.#remainingMs()));
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

  /** From now on this running job isn't displaced. Idempotent. */
  pin(id: string): void {
    this.#apply(this.#gate.pin(id, Date.now(), this.#remainingMs()));
  }

  /** Refuses whoever waits and whoever comes. */
  drain(why: string): void {
    this.#apply(this.#gate.drain(why));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #apply({ granted, refused, displaced }: GateChange): void {
    for (const grant of granted) this.#answer(grant.id, { kind: "granted", ...grant });
    for (const { id, refusal } of refused) this.#answer(id, refusal);
    for (const displacement of displaced) this.#onDisplaced(displacement);
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
