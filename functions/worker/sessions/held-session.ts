import type { ContextLease } from "../../browser/context-lease.ts";
import { StateRefused } from "../../browser/state/state-refused.ts";
import { SealBroken } from "../../core/session/seal.ts";
import { changesBetween } from "../../core/session/state/changes.ts";
import { mergeStates } from "../../core/session/state/merge.ts";
import { quarantined, staleLogin } from "../../core/session/session-rules.ts";
import type { SessionLease, SessionRecord } from "../../core/session/session.ts";
import type { SessionState, StateSnapshot } from "../../core/session/state/session-state.ts";
import type { SessionChange, SessionWrite } from "../../core/session/session-store.ts";
import { emptyState, prunedState, replacedBy, snapshotOf } from "../../core/session/state/states.ts";
import { nextStamp } from "../../core/session/state/stamp.ts";
import { retryAfterSeconds } from "./after-use.ts";
import { isLoggedIn, LoginFailed, logIn, loginOf } from "./log-in.ts";
import { SessionUnavailable } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import { openState, sealState } from "./vault.ts";

/**
 * A session that this container holds: its lease, its state in the clear, and its login. Every write goes out under the
 * lease; when the fence refuses one, the session is gone and `gone` aborts.
 */
export class HeldSession {
  readonly #surroundings: SessionSurroundings;
  readonly #gone = new AbortController();
  /** In a pool another session is as good, so the job needn't wait for this one. */
  readonly #pooled: boolean;
  #record: SessionRecord;
  #lease: SessionLease;
  #state: SessionState | undefined;
  #loginOver: string | undefined;
  #mustCheck: boolean;
  #released = false;
  /** Counts the changes of the state, to know which of them are saved. */
  #version = 0;
  #savedVersion = 0;
  /** Jobs that left and aren't in the stored record yet. */
  #uncountedUses = 0;

  constructor(
    surroundings: SessionSurroundings,
    taken: { readonly lease: SessionLease; readonly record: SessionRecord },
    pooled: boolean,
  ) {
    this.#surroundings = surroundings;
    this.#record = taken.record;
    this.#lease = taken.lease;
    this.#pooled = pooled;
    this.#mustCheck = taken.record.condition.kind === "unhealthy";
  }

  get record(): SessionRecord {
    return this.#record;
  }

  /** Aborts with a `SessionUnavailable`. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The next `bringIn` logs in. */
  endLogin(why: string): void {
    this.#loginOver = why;
  }

  /**
   * Puts the state into a fresh context, and logs in where nobody is logged in. Answers what the context then holds.
   * @throws LoginFailed, SealBroken, SessionUnavailable, StoreUnavailable, the signal's reason
   */
  async bringIn(context: ContextLease, signal: AbortSignal): Promise<StateSnapshot> {
    const state = (this.#state ??= await this.#opened());
    const snapshot = snapshotOf(state, { nowMs: Date.now() });
    if (snapshot.cookies.length + snapshot.origins.length > 0) await context.applyState(snapshot);
    const why = await this.#whyLogIn(context, signal);
    if (why === undefined) return snapshot;
    const login = loginOf(this.#surroundings.room, this.#record);
    if (login === undefined) throw new LoginFailed(`${why}, and it has no login: import its state again`);
    const { log, meter } = this.#surroundings;
    const startedAtMs = Date.now();
    log.info("session logs in", { session: this.#record.name, fence: this.#lease.fence, why });
    await logIn(this.#loginSurroundings(), this.#record, login, context, signal);
    const now = await context.readState();
    const stamp = nextStamp(state, {
      fence: this.#lease.fence,
      nowMs: Date.now(),
      writer: this.#lease.owner.container,
    });
    this.#state = prunedState(replacedBy(state, now, stamp), this.#lease.fence);
    const ready = this.#record.condition.kind === "ready" ? {} : { condition: { kind: "ready" } as const };
    await this.save({ sealed: await this.#sealed(), loggedIn: true, ...ready });
    this.#loginOver = undefined;
    this.#mustCheck = false;
    meter.loggedIn(Date.now() - startedAtMs);
    log.info("session refreshed", {
      session: this.#record.name,
      fence: this.#lease.fence,
      ms: Date.now() - startedAtMs,
    });
    return now;
  }

  /** Whether the site says, in this context's page, that somebody is logged in; true where there's no login to ask by. */
  async isLoggedIn(context: ContextLease, signal: AbortSignal): Promise<boolean> {
    const login = loginOf(this.#surroundings.room, this.#record);
    return login === undefined || isLoggedIn(this.#loginSurroundings(), this.#record, login, context, signal);
  }

  /** Takes over what changed in a context since `base`. Answers what it holds now, to be the next base. */
  async keep(base: StateSnapshot, context: ContextLease): Promise<StateSnapshot> {
    const now = await context.readState();
    const state = this.#state ?? emptyState();
    const { fence, owner } = this.#lease;
    const stamp = nextStamp(state, { fence, nowMs: Date.now(), writer: owner.container });
    const changes = changesBetween(base, now, stamp);
    if (Object.keys(changes.records).length === 0) return now;
    this.#state = prunedState(mergeStates(state, changes), fence);
    this.#version += 1;
    return now;
  }

  /** Writes what `keep` took over, if there is anything, with the change. Throws `SessionUnavailable` when fenced out. */
  async save(change: SessionChange): Promise<void> {
    const version = this.#version;
    const whole = await this.#whole(change);
    this.#accept(await this.#surroundings.room.store.save(this.#lease, whole, Date.now()));
    if (whole.sealed !== undefined) this.#savedVersion = version;
  }

  get hasUnsaved(): boolean {
    return this.#version > this.#savedVersion;
  }

  /** Notes a job's use, to be written with whatever is written next. */
  count({ uses = 0, errorScore }: Pick<SessionChange, "uses" | "errorScore">): void {
    this.#record = { ...this.#record, uses: this.#record.uses + uses, ...(errorScore ? { errorScore } : {}) };
    this.#uncountedUses += uses;
  }

  /** One round of the heartbeat. Never throws. */
  async renew(): Promise<void> {
    const { room, configuration, log } = this.#surroundings;
    if (this.#released) return;
    try {
      const renewed = await room.store.renew(this.#lease, configuration.sessionLeaseMs, Date.now());
      if (renewed.kind === "done") this.#lease = renewed.lease;
      else if (!this.#released) this.#refused();
    } catch (error) {
      log.warn("session lease could not be renewed", { session: this.#record.name, error });
      if (Date.now() >= this.#lease.expiresAtMs) this.#lose("its lease ran out without renewal");
    }
  }

  /** Gives the session back. Idempotent, never throws: a lease that can't be released runs out. */
  async release(change: SessionChange): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    const { room, log, meter } = this.#surroundings;
    const { name } = this.#record;
    // Another container's already: there's nothing to give back.
    if (this.#gone.signal.aborted) return;
    try {
      const releasedAtMs = Date.now();
      const written = await room.store.release(this.#lease, await this.#whole(change), releasedAtMs);
      if (written.kind === "fenced-out") this.#refused();
      else {
        meter.count("released");
        log.info("session released", { session: name, fence: this.#lease.fence, releasedAtMs });
      }
    } catch (error) {
      log.error("session could not be released; its lease runs out by itself", { session: name, error });
    }
    this.#surroundings.changed();
  }

  /** Puts the session aside and answers what its job is told. */
  async putAside(why: string): Promise<SessionUnavailable> {
    const { configuration, log, meter } = this.#surroundings;
    const nowMs = Date.now();
    const condition = quarantined(this.#record.condition, why, nowMs, configuration.sessionRecheckMs);
    log.warn("session quarantined", { session: this.#record.name, fence: this.#lease.fence, reason: why });
    meter.count("quarantined");
    await this.release({ condition });
    const seconds = this.#pooled ? 0 : retryAfterSeconds(condition, nowMs);
    const unavailable = new SessionUnavailable(this.#record.name, `the session was put aside: ${why}`, seconds);
    this.#gone.abort(unavailable);
    return unavailable;
  }

  /** What a failed `bringIn` means for the job: the session's own troubles put it aside, everything else passes. */
  async failed(error: unknown): Promise<unknown> {
    const isOwn = error instanceof LoginFailed || error instanceof SealBroken || error instanceof StateRefused;
    if (isOwn) return this.putAside(error.message);
    return error;
  }

  async #opened(): Promise<SessionState> {
    try {
      return await openState(this.#surroundings.room.seal, this.#record);
    } catch (error) {
      if (!(error instanceof SealBroken) || this.#record.login === undefined) throw error;
      this.#surroundings.log.error("session state can't be opened", { session: this.#record.name, error });
      this.#loginOver = "its stored state can't be opened";
      return emptyState();
    }
  }

  async #whyLogIn(context: ContextLease, signal: AbortSignal): Promise<string | undefined> {
    const why = this.#loginOver ?? staleLogin(this.#record, Date.now());
    if (why !== undefined || !this.#mustCheck) return why;
    if (!(await this.isLoggedIn(context, signal))) return "its re-check found nobody logged in";
    await this.save({ condition: { kind: "ready" } });
    this.#mustCheck = false;
    return undefined;
  }

  /** The change with everything that still has to be written. */
  async #whole(change: SessionChange): Promise<SessionChange> {
    const uses = (change.uses ?? 0) + this.#uncountedUses;
    const counted = uses === 0 ? change : { errorScore: this.#record.errorScore, ...change, uses };
    this.#uncountedUses = 0;
    return this.hasUnsaved && change.sealed === undefined ? { ...counted, sealed: await this.#sealed() } : counted;
  }

  async #sealed(): Promise<Uint8Array> {
    return sealState(this.#surroundings.room.seal, this.#record, this.#state ?? emptyState());
  }

  #accept(written: SessionWrite): void {
    if (written.kind === "done") {
      this.#record = { ...written.record, uses: written.record.uses + this.#uncountedUses };
      return;
    }
    this.#refused();
    throw this.#gone.signal.reason;
  }

  #refused(): void {
    this.#surroundings.meter.count("fencedOut");
    this.#surroundings.log.warn("session refused by fence", {
      session: this.#record.name,
      fence: this.#lease.fence,
    });
    this.#lose(`another container took it: fence ${this.#lease.fence} is over`);
  }

  #lose(why: string): void {
    const { name } = this.#record;
    if (!this.#gone.signal.aborted) this.#gone.abort(new SessionUnavailable(name, why, this.#pooled ? 0 : 1));
  }

  #loginSurroundings() {
    const { room, log, configuration } = this.#surroundings;
    return { room, log, limitMs: configuration.sessionLoginMs };
  }
}
