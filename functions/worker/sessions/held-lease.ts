import type { SessionLease, SessionRecord } from "../../core/session/session.ts";
import type { SessionChange } from "../../core/session/session-store.ts";
import { tellCondition } from "./after-use.ts";
import { SessionUnavailable } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import type { Taken } from "./take-session.ts";

/**
 * A session's lease and its record, as far as this container knows it. Writes go out one after the other; when the fence
 * refuses one, the session is gone and `gone` aborts.
 */
export class HeldLease {
  readonly #surroundings: SessionSurroundings;
  readonly #gone = new AbortController();
  /** In a pool another session is as good, so the job needn't wait for this one. */
  readonly #pooled: boolean;
  #record: SessionRecord;
  #lease: SessionLease;
  #writing: Promise<unknown> = Promise.resolve();
  #released = false;
  /** Jobs that left and aren't in the stored record yet. */
  #uncountedUses = 0;

  constructor(surroundings: SessionSurroundings, taken: Pick<Taken, "lease" | "record">, pooled: boolean) {
    this.#surroundings = surroundings;
    this.#record = taken.record;
    this.#lease = taken.lease;
    this.#pooled = pooled;
  }

  get record(): SessionRecord {
    return this.#record;
  }

  get current(): SessionLease {
    return this.#lease;
  }

  get isPooled(): boolean {
    return this.#pooled;
  }

  /** Aborts with a `SessionUnavailable`. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get isOver(): boolean {
    return this.#released || this.#gone.signal.aborted;
  }

  /** Notes a job's use, to be written with whatever is written next. */
  count({ uses = 0, errorScore }: Pick<SessionChange, "uses" | "errorScore">): void {
    this.#record = { ...this.#record, uses: this.#record.uses + uses, ...(errorScore ? { errorScore } : {}) };
    this.#uncountedUses += uses;
  }

  /** One round of the heartbeat. Never throws. */
  async renew(): Promise<void> {
    const { room, configuration, log } = this.#surroundings;
    if (this.isOver) return;
    try {
      const renewed = await room.store.renew(this.#lease, configuration.sessionLeaseMs, Date.now());
      if (renewed.kind === "done") this.#lease = renewed.lease;
      else if (!this.#released) this.#refused();
    } catch (error) {
      log.warn("session lease could not be renewed", { session: this.#record.name, error });
      if (Date.now() >= this.#lease.expiresAtMs) this.#ranOut();
    }
  }

  /** Throws `SessionUnavailable` when it is fenced out or was given back meanwhile, `StoreUnavailable`, `TooLarge`. */
  async save(change: SessionChange): Promise<void> {
    await this.#inTurn(async () => {
      if (this.isOver) throw this.#gone.signal.reason ?? this.#unavailable("it was given back meanwhile");
      if (!(await this.#write("save", change))) throw this.#gone.signal.reason;
    });
  }

  /** Gives the session back, once. Never throws: a lease that can't be released runs out. */
  async release(change: SessionChange): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#inTurn(() => this.#release(change));
    this.#surroundings.changed();
  }

  async #release(change: SessionChange): Promise<void> {
    // Another container's already: there's nothing to give back.
    if (this.#gone.signal.aborted) return;
    const { log, meter } = this.#surroundings;
    const { name } = this.#record;
    try {
      const releasedAtMs = Date.now();
      if (!(await this.#write("release", change, releasedAtMs))) return;
      meter.count("released");
      log.info("session released", { session: name, fence: this.#lease.fence, releasedAtMs });
      if (change.condition) tellCondition(this.#surroundings, this.#record, change.condition);
    } catch (error) {
      log.error("session could not be released; its lease runs out by itself", { session: name, error });
    }
  }

  /** Whoever works in it stops with this reason. The first one stays. */
  end(reason: SessionUnavailable): void {
    if (!this.#gone.signal.aborted) this.#gone.abort(reason);
  }

  /** Answers whether it was written. What couldn't be written stays to be counted with the next. */
  async #write(kind: "save" | "release", change: SessionChange, nowMs = Date.now()): Promise<boolean> {
    const counted = this.#uncountedUses;
    const uses = (change.uses ?? 0) + counted;
    const whole = uses === 0 ? change : { errorScore: this.#record.errorScore, ...change, uses };
    const written = await this.#surroundings.room.store[kind](this.#lease, whole, nowMs);
    if (written.kind === "fenced-out") {
      this.#refused();
      return false;
    }
    this.#uncountedUses -= counted;
    const { record } = written;
    // Jobs that left while it was being written.
    const since = this.#uncountedUses;
    const { errorScore } = since > 0 ? this.#record : record;
    this.#record = { ...record, errorScore, uses: record.uses + since };
    return true;
  }

  #inTurn<Value>(write: () => Promise<Value>): Promise<Value> {
    const turn = this.#writing.then(write);
    this.#writing = turn.catch(() => {});
    return turn;
  }

  #refused(): void {
    const { name } = this.#record;
    this.#surroundings.meter.count("fencedOut");
    this.#surroundings.log.warn("session refused by fence", { session: name, fence: this.#lease.fence });
    this.end(this.#unavailable(`another container took it: fence ${this.#lease.fence} is over`));
  }

  #ranOut(): void {
    this.end(this.#unavailable("its lease ran out without renewal"));
  }

  #unavailable(why: string): SessionUnavailable {
    return new SessionUnavailable(this.#record.name, why, this.#pooled ? 0 : 1);
  }
}
