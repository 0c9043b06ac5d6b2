import { PRIORITIES, type JobClass, type Priority } from "../job/job-message.ts";

/** A job that wants a slot in this container. */
export interface SlotRequest {
  readonly id: string;
  readonly priority: Priority;
  readonly jobClass: JobClass;
  /** Answer at once: granted or refused, never waiting. */
  readonly noWait: boolean;
  /** What the job is expected to take; it isn't granted a slot in an invocation that has less left. */
  readonly estimatedDurationMs: number;
}

export type RefusalReason = "no-slot" | "queue-full" | "wait-limit" | "not-enough-time" | "draining";

/** The stated answer to a job that gets no slot here: its message goes back to the queue, with this reason in the log. */
export interface SlotRefusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  readonly detail: string;
}

export interface SlotPolicy {
  /** The least of what phase, memory and CPU allow in this container. */
  readonly capacity: number;
  /** A job of a class tolerates at most this many jobs in its browser, itself included. */
  readonly ratio: Readonly<Record<JobClass, number>>;
  /** One step of priority for each such time waited, so that nobody starves. */
  readonly ageingMs: number;
  readonly waitLimitMs: number;
  readonly queueLimit: number;
}

/** What a call changed: who may start now, and who has been sent away. */
export interface GateChange {
  readonly granted: readonly string[];
  readonly refused: readonly { readonly id: string; readonly refusal: SlotRefusal }[];
}

interface Waiter {
  readonly request: SlotRequest;
  readonly sinceMs: number;
  readonly order: number;
}

/**
 * Who gets a slot, and in which order: priority first, first come first served within one, one step up for each
 * `ageingMs` waited. A job that has aged to the top and doesn't fit keeps later ones out until it does, so that a class
 * with a low ratio isn't passed over for ever. Pure: time comes in with each call and nothing here waits.
 */
export class SlotGate {
  readonly #running = new Map<string, SlotRequest>();
  #waiting: Waiter[] = [];
  #policy: SlotPolicy;
  #order = 0;
  #draining: string | undefined;

  constructor(policy: SlotPolicy) {
    this.#policy = policy;
  }

  get running(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** How many more jobs of this class could start now. */
  free(jobClass: JobClass): number {
    if (this.#draining !== undefined) return 0;
    let limit = Math.min(this.#policy.capacity, this.#policy.ratio[jobClass]);
    for (const neighbour of this.#running.values()) limit = Math.min(limit, this.#policy.ratio[neighbour.jobClass]);
    return Math.max(0, limit - this.#running.size);
  }

  /** Asks for a slot. `remainingMs` is what the invocation has left. */
  request(request: SlotRequest, nowMs: number, remainingMs: number): GateChange {
    const refusal = this.#refusalFor(request, remainingMs);
    if (refusal) return { granted: [], refused: [{ id: request.id, refusal }] };
    this.#waiting.push({ request, sinceMs: nowMs, order: this.#order++ });
    const change = this.settle(nowMs, remainingMs);
    if (!request.noWait || change.granted.includes(request.id)) return change;
    const stillWaiting = this.#remove(request.id);
    if (!stillWaiting) return change;
    return { granted: change.granted, refused: [...change.refused, { id: request.id, refusal: this.#noSlot() }] };
  }

  /** Gives a slot back. Idempotent. */
  release(id: string, nowMs: number, remainingMs: number): GateChange {
    this.#running.delete(id);
    return this.settle(nowMs, remainingMs);
  }

  /** Takes a waiting job out, as when its lease or its signal is gone. Idempotent. */
  withdraw(id: string): void {
    this.#remove(id);
  }

  /** Grants what fits now, and sends away who has waited too long or no longer fits the time that is left. */
  settle(nowMs: number, remainingMs: number): GateChange {
    const refused: { id: string; refusal: SlotRefusal }[] = [];
    this.#waiting = this.#waiting.filter((waiter) => {
      const refusal = this.#expiry(waiter, nowMs, remainingMs);
      if (refusal) refused.push({ id: waiter.request.id, refusal });
      return !refusal;
    });
    const granted: string[] = [];
    for (const waiter of this.#inOrder(nowMs)) {
      if (this.free(waiter.request.jobClass) > 0) {
        this.#remove(waiter.request.id);
        this.#running.set(waiter.request.id, waiter.request);
        granted.push(waiter.request.id);
      } else if (this.#rank(waiter, nowMs) >= PRIORITIES.length) {
        break;
      }
    }
    return { granted, refused };
  }

  /** Sends every waiting job away and grants nothing more. */
  drain(why: string): GateChange {
    this.#draining = why;
    const refused = this.#waiting.map(({ request }) => ({ id: request.id, refusal: this.#drained() }));
    this.#waiting = [];
    return { granted: [], refused };
  }

  /** When `settle` has something to do though nobody came or went: the earliest end of a wait. */
  nextDeadlineMs(): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    return Math.min(...this.#waiting.map(({ sinceMs }) => sinceMs)) + this.#policy.waitLimitMs;
  }

  #refusalFor(request: SlotRequest, remainingMs: number): SlotRefusal | undefined {
    if (this.#draining !== undefined) return this.#drained();
    if (request.estimatedDurationMs > remainingMs) return notEnoughTime(request, remainingMs);
    const full = this.#waiting.length >= this.#policy.queueLimit && this.free(request.jobClass) === 0;
    if (full && !request.noWait) {
      const detail = `${this.#waiting.length} jobs wait here already, the limit is ${this.#policy.queueLimit}`;
      return { kind: "refused", reason: "queue-full", detail };
    }
    return undefined;
  }

  #expiry({ request, sinceMs }: Waiter, nowMs: number, remainingMs: number): SlotRefusal | undefined {
    if (request.estimatedDurationMs > remainingMs) return notEnoughTime(request, remainingMs);
    const waitedMs = nowMs - sinceMs;
    if (waitedMs < this.#policy.waitLimitMs) return undefined;
    const detail = `waited ${waitedMs} ms for a slot, the limit is ${this.#policy.waitLimitMs} ms`;
    return { kind: "refused", reason: "wait-limit", detail };
  }

  #inOrder(nowMs: number): Waiter[] {
    return this.#waiting.toSorted((a, b) => this.#rank(b, nowMs) - this.#rank(a, nowMs) || a.order - b.order);
  }

  #rank({ request, sinceMs }: Waiter, nowMs: number): number {
    return PRIORITIES.indexOf(request.priority) + Math.floor((nowMs - sinceMs) / this.#policy.ageingMs);
  }

  #remove(id: string): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((waiter) => waiter.request.id !== id);
    return this.#waiting.length < before;
  }

  #noSlot(): SlotRefusal {
    const detail = `${this.#running.size} jobs run here, the capacity is ${this.#policy.capacity}`;
    return { kind: "refused", reason: "no-slot", detail };
  }

  #drained(): SlotRefusal {
    return { kind: "refused", reason: "draining", detail: this.#draining ?? "the container takes no more jobs" };
  }
}

function notEnoughTime(request: SlotRequest, remainingMs: number): SlotRefusal {
  const detail = `needs about ${request.estimatedDurationMs} ms, the invocation has ${Math.max(0, remainingMs)} ms left`;
  return { kind: "refused", reason: "not-enough-time", detail };
}
