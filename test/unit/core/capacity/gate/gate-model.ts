import type { GateChange, SlotGate, SlotPolicy } from "../../../../../functions/core/capacity/slot-gate.ts";
import type { SlotPlace, SlotRequest } from "../../../../../functions/core/capacity/slot-request.ts";
import { PRIORITIES } from "../../../../../functions/core/job/job-message.ts";
import { HOUR_MS, job } from "./gate-fixtures.ts";

export type Step =
  | { readonly kind: "request"; readonly request: Partial<SlotRequest> }
  | { readonly kind: "release" | "give-way" | "withdraw"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number };

interface Tracked {
  readonly request: SlotRequest;
  readonly arrived: number;
  readonly sinceMs: number;
  place?: SlotPlace;
  isKept?: boolean;
}

/**
 * Plays steps with a gate, keeps its own account of who runs, waits and makes room for whom, and throws when a rule is
 * broken. The rules are written once more here, not taken from the gate.
 */
export class GateModel {
  readonly #gate: SlotGate;
  readonly #policy: SlotPolicy;
  readonly #running = new Map<string, Tracked>();
  readonly #waiting = new Map<string, Tracked>();
  /** Claimant to those of its victims that still run. */
  readonly #claims = new Map<string, Set<string>>();
  readonly displacements: string[] = [];
  #nowMs = 0;
  #arrivals = 0;

  /** @param policy by which the gate is judged */
  constructor(gate: SlotGate, judgedBy: SlotPolicy) {
    this.#gate = gate;
    this.#policy = judgedBy;
  }

  play(steps: readonly Step[]): void {
    for (const step of steps) this.#play(step);
    while (this.#running.size > 0) this.#play({ kind: "release", which: 0 });
    if (this.#gate.waiting > 0 || this.#waiting.size > 0) throw new Error("jobs still wait though every slot is free");
  }

  #play(step: Step): void {
    if (step.kind === "wait") {
      this.#nowMs += step.ms;
      this.#apply(this.#gate.settle(this.#nowMs, HOUR_MS));
    } else if (step.kind === "request") {
      const request = job(`job-${this.#arrivals}`, step.request);
      this.#ask({ request, arrived: this.#arrivals, sinceMs: this.#nowMs });
      if (request.noWait && this.#waiting.has(request.id)) throw new Error("noWait was left without an answer");
    } else if (step.kind === "withdraw") {
      const id = nth(this.#waiting, step.which);
      if (id === undefined) return;
      this.#leavesLine(id);
      this.#apply(this.#gate.withdraw(id, this.#nowMs, HOUR_MS));
    } else if (step.kind === "release") {
      const id = nth(this.#running, step.which);
      if (id !== undefined) this.#release(id);
    } else {
      const victims = [...new Set(this.displacements)].filter((id) => this.#running.has(id));
      const id = victims[step.which % Math.max(1, victims.length)];
      if (id === undefined) return;
      const victim = this.#release(id);
      this.#ask({ ...victim, request: { ...victim.request, noWait: false, place: victim.place }, isKept: false });
    }
  }

  #ask(tracked: Tracked): void {
    this.#arrivals += 1;
    this.#waiting.set(tracked.request.id, tracked);
    this.#apply(this.#gate.request(tracked.request, this.#nowMs, HOUR_MS));
  }

  #release(id: string): Tracked {
    const tracked = this.#running.get(id);
    if (tracked === undefined) throw new Error(`${id} doesn't run`);
    this.#running.delete(id);
    const heirs = [...this.#claims].filter(([, victims]) => victims.delete(id) && victims.size === 0);
    const change = this.#gate.release(id, this.#nowMs, HOUR_MS);
    this.#apply(change);
    for (const [heir] of heirs) {
      const waiter = this.#waiting.get(heir);
      if (waiter && this.#fit([...this.#running.values(), waiter])) throw new Error(`${heir} didn't get ${id}'s slot`);
    }
    return tracked;
  }

  #apply({ granted, refused, displaced }: GateChange): void {
    for (const { id } of refused) {
      if (!this.#waiting.has(id)) throw new Error(`${id} was sent away and didn't wait`);
      this.#leavesLine(id);
    }
    for (const { id, place } of granted) {
      const tracked = this.#leavesLine(id);
      if (tracked === undefined) throw new Error(`${id} was granted a slot and didn't wait`);
      this.#keepsPlaces(tracked);
      const later = [...this.#waiting.values()].some((one) => this.#wouldDisplace(one) && this.#isBefore(tracked, one));
      this.#running.set(id, { ...tracked, place, isKept: later });
    }
    if (!this.#fit([...this.#running.values()])) throw new Error(`${[...this.#running.keys()].join()} run together`);
    for (const { id, by } of displaced) this.#displaced(id, by);
    if (!this.#fit(this.#toCome())) throw new Error("what victims make room for was given to others");
    if (this.#running.size !== this.#gate.running) throw new Error("the gate's own count is wrong");
    for (const critical of [...this.#waiting.values()].filter((one) => this.#wouldDisplace(one))) {
      this.#waitsForAReason(critical);
    }
  }

  #displaced(id: string, by: string): void {
    const [victim, claimant] = [this.#running.get(id), this.#waiting.get(by)];
    if (victim === undefined || claimant === undefined)
      throw new Error(`${id} makes room for ${by}, which isn't there`);
    const isRightful = claimant.request.priority === "critical" && !claimant.request.alone && !claimant.request.noWait;
    if (!isRightful) throw new Error(`${by} displaces and may not`);
    if (!mayGo(victim)) throw new Error(`${id} is displaced and may not be`);
    if (this.#claimed().has(id)) throw new Error(`${id} makes room twice`);
    this.#claims.set(by, (this.#claims.get(by) ?? new Set()).add(id));
    this.displacements.push(id);
  }

  /** Equals that came first, whenever that was, are served first. */
  #keepsPlaces({ request, arrived }: Tracked): void {
    if (request.priority === "critical") return;
    const passed = [...this.#waiting.values()].find(
      (one) =>
        one.arrived < arrived &&
        one.request.priority === request.priority &&
        one.request.jobClass === request.jobClass &&
        one.request.alone === request.alone,
    );
    if (passed) throw new Error(`${request.id} was served before ${passed.request.id}, which came first`);
  }

  #waitsForAReason(critical: Tracked): void {
    const claimed = this.#claimed();
    const candidates = [...this.#running].filter(([id, one]) => mayGo(one) && !claimed.has(id)).map(([, one]) => one);
    if (candidates.length === 0) return;
    const all = [...this.#toCome(), critical];
    // It fits when those have left who are leaving anyway.
    if (this.#fit(all)) this.#claims.set(critical.request.id, new Set());
    else if (this.#fit(all.filter((one) => !candidates.includes(one)))) {
      throw new Error(
        `${critical.request.id} waits while ${candidates.map(({ request }) => request.id).join()} could go`,
      );
    }
  }

  #wouldDisplace({ request: { id, priority, alone, noWait } }: Tracked): boolean {
    return priority === "critical" && !alone && !noWait && !this.#claims.has(id);
  }

  #claimed(): ReadonlySet<string> {
    return new Set([...this.#claims.values()].flatMap((victims) => [...victims]));
  }

  #toCome(): Tracked[] {
    const claimed = this.#claimed();
    const stay = [...this.#running].filter(([id]) => !claimed.has(id)).map(([, one]) => one);
    return [...stay, ...[...this.#waiting].filter(([id]) => this.#claims.has(id)).map(([, one]) => one)];
  }

  #leavesLine(id: string): Tracked | undefined {
    const tracked = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#claims.delete(id);
    return tracked;
  }

  #fit(jobs: readonly Tracked[]): boolean {
    const limits = jobs.map(({ request }) => (request.alone ? 1 : this.#policy.ratio[request.jobClass]));
    return jobs.length <= Math.min(this.#policy.capacity, ...limits);
  }

  #isBefore(one: Tracked, other: Tracked): boolean {
    const rank = ({ request, sinceMs }: Tracked) =>
      PRIORITIES.indexOf(request.priority) + Math.floor((this.#nowMs - sinceMs) / this.#policy.ageingMs);
    return rank(one) > rank(other) || (rank(one) === rank(other) && one.arrived < other.arrived);
  }
}

function mayGo({ request, isKept }: Tracked): boolean {
  return request.displaceable && isKept !== true && request.priority !== "critical";
}

function nth(tracked: ReadonlyMap<string, unknown>, which: number): string | undefined {
  return [...tracked.keys()][which % Math.max(1, tracked.size)];
}
