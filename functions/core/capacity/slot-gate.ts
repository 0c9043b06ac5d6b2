import { PRIORITIES, type JobClass } from "../job/job-message.ts";
import {
  displaces,
  fits,
  mostJobsWith,
  rankOf,
  type SlotLimits,
  type SlotPlace,
  type SlotRequest,
} from "./slot-request.ts";
import { victimsFor } from "./victims.ts";

export type RefusalReason = "no-slot" | "queue-full" | "wait-limit" | "not-enough-time" | "draining";

/** The stated answer to a job that gets no slot here: its message goes back to the queue, with this reason in the log. */
export interface SlotRefusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  readonly detail: string;
}

export interface SlotPolicy extends SlotLimits {
  /** One step of priority for each such time waited, so that nobody starves. */
  readonly ageingMs: number;
  readonly waitLimitMs: number;
  readonly queueLimit: number;
}

/** A slot, and the numbers of the moment at which it was given. */
export interface SlotGrant {
  readonly id: string;
  /** To hand back with the next request, should the job be displaced. */
  readonly place: SlotPlace;
  /** Jobs that run, this one included, of so many slots. */
  readonly running: number;
  readonly slots: number;
  /** Jobs left standing in line. */
  readonly waiting: number;
}

/** What a call changed: who may start now, who has been sent away, and who must make room. */
export interface GateChange {
  readonly granted: readonly SlotGrant[];
  readonly refused: readonly { readonly id: string; readonly refusal: SlotRefusal }[];
  /** Running jobs that keep their slots until they release them. */
  readonly displaced: readonly { readonly id: string; readonly by: string }[];
}

interface Waiter {
  readonly request: SlotRequest;
  readonly place: SlotPlace;
  /** From here its wait is limited; a displaced job's place is older. */
  readonly enteredMs: number;
}

/**
 * Who gets a slot, and in which order: priority first, first come first served within one, one step up for each
 * `ageingMs` since a job first came. A job that has aged to the top and doesn't fit keeps later ones out until it does, so
 * that a class with a low ratio isn't passed over for ever.
 *
 * A critical job that finds no slot names running ones of lower priority that must make room. It gets their slots, whoever
 * else waits; where it leaves or finds another first, they have stopped for nobody and come again. Age displaces nobody,
 * and a job that came to its slot before a critical one, by its age, isn't displaced.
 *
 * Pure: time comes in with each call and nothing here waits.
 */
export class SlotGate {
  /** In the order in which they started. */
  readonly #running = new Map<string, SlotRequest>();
  /** Who waits for victims, by id, and for which: those that still run. */
  readonly #claims = new Map<string, Set<string>>();
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

  /** Of those that wait, who has had no slot here yet. */
  get newcomers(): number {
    return this.#waiting.filter(({ request }) => request.place === undefined).length;
  }

  /** How many more jobs of this class could start now. */
  free(jobClass: JobClass): number {
    if (this.#draining !== undefined) return 0;
    const room = (jobs: readonly SlotRequest[]) =>
      mostJobsWith([...jobs, { jobClass, alone: false }], this.#policy) - jobs.length;
    return Math.max(0, Math.min(room([...this.#running.values()]), room(this.#toCome())));
  }

  /** Whether a critical job of this class would find jobs that make room for it now. */
  canDisplaceFor(jobClass: JobClass): boolean {
    if (this.#draining !== undefined) return false;
    const request = { ...CRITICAL, jobClass };
    return this.#victims(request, true) !== undefined;
  }

  /** Asks for a slot. `remainingMs` is what the invocation has left. */
  request(request: SlotRequest, nowMs: number, remainingMs: number): GateChange {
    const refusal = this.#refusalFor(request, remainingMs);
    if (refusal) return { granted: [], refused: [{ id: request.id, refusal }], displaced: [] };
    const place = request.place ?? { sinceMs: nowMs, order: this.#order++ };
    this.#waiting.push({ request, place, enteredMs: nowMs });
    const change = this.settle(nowMs, remainingMs);
    if (!request.noWait || !this.#waiting.some((waiter) => waiter.request === request)) return change;
    this.#remove(request.id);
    return { ...change, refused: [...change.refused, { id: request.id, refusal: this.#noSlot() }] };
  }

  /** Gives a slot back. Idempotent. */
  release(id: string, nowMs: number, remainingMs: number): GateChange {
    this.#running.delete(id);
    for (const victims of this.#claims.values()) victims.delete(id);
    return this.settle(nowMs, remainingMs);
  }

  /** From now on this running job isn't displaced; who counted on its slot looks for another. Idempotent. */
  pin(id: string, nowMs: number, remainingMs: number): GateChange {
    const job = this.#running.get(id);
    if (job) this.#running.set(id, { ...job, displaceable: false });
    for (const victims of this.#claims.values()) victims.delete(id);
    return this.settle(nowMs, remainingMs);
  }

  /** Takes a waiting job out, as when its lease or its signal is gone; what was kept for it goes to others. Idempotent. */
  withdraw(id: string, nowMs: number, remainingMs: number): GateChange {
    this.#remove(id);
    return this.settle(nowMs, remainingMs);
  }

  /** Grants what fits now, names victims, and sends away who has waited too long or no longer fits the time that is left. */
  settle(nowMs: number, remainingMs: number): GateChange {
    const refused = this.#expired(nowMs, remainingMs);
    const granted: SlotGrant[] = [];
    const displaced: { id: string; by: string }[] = [];
    for (const waiter of this.#inOrder(nowMs)) {
      if (this.#claims.get(waiter.request.id)?.size === 0 && this.#fitsNow(waiter.request))
        granted.push(this.#grant(waiter));
    }
    let isKeptOut = false;
    const inOrder = this.#inOrder(nowMs);
    for (const [index, waiter] of inOrder.entries()) {
      const { request } = waiter;
      if (!isKeptOut && this.#fitsNow(request)) {
        const overtakes = inOrder
          .slice(index + 1)
          .some((later) => displaces(later.request) && !this.#claims.has(later.request.id));
        granted.push(this.#grant(waiter, request.displaceable && !overtakes));
      } else if (displaces(request)) {
        displaced.push(...this.#claim(request, isKeptOut).map(({ id }) => ({ id, by: request.id })));
      } else if (this.#rank(waiter, nowMs) >= PRIORITIES.length) {
        isKeptOut = true;
      }
    }
    return { granted, refused, displaced };
  }

  /** Sends every waiting job away and grants nothing more. */
  drain(why: string): GateChange {
    this.#draining = why;
    const refused = this.#waiting.map(({ request }) => ({ id: request.id, refusal: this.#drained() }));
    this.#waiting = [];
    this.#claims.clear();
    return { granted: [], refused, displaced: [] };
  }

  /** When `settle` has something to do though nobody came or went: the earliest end of a wait. */
  nextDeadlineMs(): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    return Math.min(...this.#waiting.map(({ enteredMs }) => enteredMs)) + this.#policy.waitLimitMs;
  }

  #grant({ request, place }: Waiter, displaceable = request.displaceable): SlotGrant {
    this.#remove(request.id);
    this.#running.set(request.id, { ...request, displaceable });
    const { capacity: slots } = this.#policy;
    return { id: request.id, place, running: this.#running.size, slots, waiting: this.#waiting.length };
  }

  /** Beside those that run, and beside those that will when the victims have left, without taking what they left. */
  #fitsNow(request: SlotRequest): boolean {
    if (this.#draining !== undefined) return false;
    const running = [...this.#running.values(), request];
    return fits(running, this.#policy) && fits([...this.#toCome(request.id), request], this.#policy);
  }

  /** Names victims where none are named yet, or where too few are because another claimant has left, and its victims stay. */
  #claim(request: SlotRequest, isKeptOut: boolean): readonly SlotRequest[] {
    const before = this.#claims.get(request.id);
    if (before !== undefined && fits(this.#toCome(), this.#policy)) return [];
    const victims = this.#victims(request, isKeptOut && before === undefined);
    if (victims === undefined) {
      this.#claims.delete(request.id);
      return [];
    }
    this.#claims.set(request.id, new Set([...(before ?? []), ...victims.map(({ id }) => id)]));
    return victims;
  }

  #victims(request: SlotRequest, atLeastOne: boolean): readonly SlotRequest[] | undefined {
    const claimed = this.#claimed();
    const unclaimed = [...this.#running.values()].filter(({ id }) => !claimed.has(id));
    return victimsFor(request, this.#claimants(request.id), unclaimed, this.#policy, atLeastOne);
  }

  /** Who runs when the victims have made room, but for one claimant and without its victims leaving. */
  #toCome(except?: string): SlotRequest[] {
    const claimed = this.#claimed(except);
    return [...[...this.#running.values()].filter(({ id }) => !claimed.has(id)), ...this.#claimants(except)];
  }

  #claimants(except: string | undefined): SlotRequest[] {
    const claimants = this.#waiting.filter(({ request: { id } }) => id !== except && this.#claims.has(id));
    return claimants.map(({ request }) => request);
  }

  #claimed(except?: string): ReadonlySet<string> {
    return new Set([...this.#claims].flatMap(([claimant, victims]) => (claimant === except ? [] : [...victims])));
  }

  #refusalFor(request: SlotRequest, remainingMs: number): SlotRefusal | undefined {
    if (this.#draining !== undefined) return this.#drained();
    if (request.estimatedDurationMs > remainingMs) return notEnoughTime(request, remainingMs);
    if (request.noWait || request.place !== undefined || this.#waiting.length < this.#policy.queueLimit)
      return undefined;
    if (this.#fitsNow(request) || (displaces(request) && this.#victims(request, true) !== undefined)) return undefined;
    const detail = `${this.#waiting.length} jobs wait here already, the limit is ${this.#policy.queueLimit}`;
    return { kind: "refused", reason: "queue-full", detail };
  }

  #expired(nowMs: number, remainingMs: number): { id: string; refusal: SlotRefusal }[] {
    const expired = this.#waiting.flatMap((waiter) => {
      const refusal = this.#expiry(waiter, nowMs, remainingMs);
      return refusal ? [{ id: waiter.request.id, refusal }] : [];
    });
    for (const { id } of expired) this.#remove(id);
    return expired;
  }

  #expiry({ request, enteredMs }: Waiter, nowMs: number, remainingMs: number): SlotRefusal | undefined {
    if (request.estimatedDurationMs > remainingMs) return notEnoughTime(request, remainingMs);
    const waitedMs = nowMs - enteredMs;
    if (waitedMs < this.#policy.waitLimitMs) return undefined;
    const detail = `waited ${waitedMs} ms for a slot, the limit is ${this.#policy.waitLimitMs} ms`;
    return { kind: "refused", reason: "wait-limit", detail };
  }

  #inOrder(nowMs: number): Waiter[] {
    return this.#waiting.toSorted(
      (one, other) => this.#rank(other, nowMs) - this.#rank(one, nowMs) || one.place.order - other.place.order,
    );
  }

  #rank({ request, place }: Waiter, nowMs: number): number {
    return rankOf(request.priority) + Math.floor((nowMs - place.sinceMs) / this.#policy.ageingMs);
  }

  /** From the line, with its claim. */
  #remove(id: string): void {
    this.#waiting = this.#waiting.filter((waiter) => waiter.request.id !== id);
    this.#claims.delete(id);
  }

  #noSlot(): SlotRefusal {
    const detail = `${this.#running.size} jobs run here, the capacity is ${this.#policy.capacity}`;
    return { kind: "refused", reason: "no-slot", detail };
  }

  #drained(): SlotRefusal {
    return { kind: "refused", reason: "draining", detail: this.#draining ?? "the container takes no more jobs" };
  }
}

/** Any critical job. */
const CRITICAL = {
  id: "",
  priority: "critical",
  noWait: false,
  estimatedDurationMs: 0,
  alone: false,
  displaceable: false,
} as const;

function notEnoughTime(request: SlotRequest, remainingMs: number): SlotRefusal {
  const detail = `needs about ${request.estimatedDurationMs} ms, the invocation has ${Math.max(0, remainingMs)} ms left`;
  return { kind: "refused", reason: "not-enough-time", detail };
}
