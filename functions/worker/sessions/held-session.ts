import type { ContextLease } from "../../browser/context-lease.ts";
import { SealBroken } from "../../core/session/seal.ts";
import { changesBetween } from "../../core/session/state/changes.ts";
import { mergeStates } from "../../core/session/state/merge.ts";
import { quarantined, staleLogin } from "../../core/session/session-rules.ts";
import type { SessionRecord } from "../../core/session/session.ts";
import type { SessionState, StateSnapshot } from "../../core/session/state/session-state.ts";
import type { SessionChange } from "../../core/session/session-store.ts";
import { emptyState, prunedState, replacedBy, snapshotOf } from "../../core/session/state/states.ts";
import { nextStamp } from "../../core/session/state/stamp.ts";
import { retryAfterSeconds } from "./after-use.ts";
import { HeldLease } from "./held-lease.ts";
import { isLoggedIn, LoginFailed, logIn, loginOf } from "./log-in.ts";
import { SessionUnavailable } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import { asUnavailable, isSessionsOwn } from "./session-trouble.ts";
import type { Taken } from "./take-session.ts";
import { openState, sealState } from "./vault.ts";

/** A session that this container holds: its state in the clear, and its login. */
export class HeldSession {
  readonly #surroundings: SessionSurroundings;
  readonly #lease: HeldLease;
  #state: SessionState | undefined;
  #loginOver: string | undefined;
  #mustCheck: boolean;
  #releasing: Promise<void> | undefined;
  /** What goes with the state to be saved, where that is a new login's. */
  #unsavedLogin: Pick<SessionChange, "loggedIn" | "condition"> = {};
  /** Counts the changes of the state, to know which of them are saved. */
  #version = 0;
  #savedVersion = 0;

  constructor(surroundings: SessionSurroundings, taken: Pick<Taken, "lease" | "record">, pooled: boolean) {
    this.#surroundings = surroundings;
    this.#lease = new HeldLease(surroundings, taken, pooled);
    this.#mustCheck = taken.record.condition.kind === "unhealthy";
  }

  get record(): SessionRecord {
    return this.#lease.record;
  }

  /** Aborts with a `SessionUnavailable`. */
  get gone(): AbortSignal {
    return this.#lease.gone;
  }

  /** The next `bringIn` logs in. */
  endLogin(why: string): void {
    this.#loginOver = why;
  }

  /**
   * Puts the state into a fresh context, and logs in where nobody is logged in. Answers what the context then holds.
   * @throws LoginFailed, SealBroken, SessionUnavailable, StoreUnavailable, TooLarge, ContextLost, the signal's reason
   */
  async bringIn(context: ContextLease, signal: AbortSignal): Promise<StateSnapshot> {
    const state = (this.#state ??= await this.#opened());
    const snapshot = snapshotOf(state, { nowMs: Date.now() });
    if (snapshot.cookies.length + snapshot.origins.length > 0) await context.applyState(snapshot);
    const why = await this.#whyLogIn(context, signal);
    return why === undefined ? snapshot : this.#logIn(state, why, context, signal);
  }

  async #logIn(state: SessionState, why: string, context: ContextLease, signal: AbortSignal): Promise<StateSnapshot> {
    const login = loginOf(this.#surroundings.room, this.record);
    if (login === undefined) throw new LoginFailed(`${why}, and it has no login: import its state again`);
    const { log, meter } = this.#surroundings;
    const { fence, owner } = this.#lease.current;
    const startedAtMs = Date.now();
    log.info("session logs in", { session: this.record.name, fence, why });
    await logIn(this.#loginSurroundings(), this.record, login, context, signal);
    const now = await context.readState();
    const stamp = nextStamp(state, { fence, nowMs: Date.now(), writer: owner.container });
    this.#state = prunedState(replacedBy(state, now, stamp), fence);
    const ready = this.record.condition.kind === "ready" ? {} : { condition: { kind: "ready" } as const };
    this.#unsavedLogin = { loggedIn: true, ...ready };
    this.#version += 1;
    this.#loginOver = undefined;
    this.#mustCheck = false;
    await this.saveState();
    const ms = Date.now() - startedAtMs;
    meter.loggedIn(ms);
    log.info("session refreshed", { session: this.record.name, fence, ms });
    return now;
  }

  /** Whether the site says, in this context's page, that somebody is logged in; true where there's no login to ask by. */
  async isLoggedIn(context: ContextLease, signal: AbortSignal): Promise<boolean> {
    const login = loginOf(this.#surroundings.room, this.record);
    return login === undefined || isLoggedIn(this.#loginSurroundings(), this.record, login, context, signal);
  }

  /** Takes over what changed in a context since `base`. */
  keep(base: StateSnapshot, now: StateSnapshot): void {
    const state = this.#state ?? emptyState();
    const { fence, owner } = this.#lease.current;
    const stamp = nextStamp(state, { fence, nowMs: Date.now(), writer: owner.container });
    const changes = changesBetween(base, now, stamp);
    if (Object.keys(changes.records).length === 0) return;
    this.#state = prunedState(mergeStates(state, changes), fence);
    this.#version += 1;
  }

  /** Writes what `keep` took over, if there is anything. Throws what `HeldLease.save` does. */
  async saveState(): Promise<void> {
    if (this.#version === this.#savedVersion) return;
    const version = this.#version;
    await this.#lease.save({ ...this.#unsavedLogin, sealed: await this.#sealed() });
    this.#savedVersion = version;
    this.#unsavedLogin = {};
  }

  /** Notes a job's use, to be written with whatever is written next. */
  count(change: Pick<SessionChange, "uses" | "errorScore">): void {
    this.#lease.count(change);
  }

  /** One round of the heartbeat. Never throws. */
  async renew(): Promise<void> {
    await this.#lease.renew();
  }

  /** Gives the session back with everything that still has to be written. Idempotent, never throws. */
  release(change: SessionChange): Promise<void> {
    this.#releasing ??= this.#release(change);
    return this.#releasing;
  }

  /** Puts the session aside and answers what its job is told. */
  async putAside(why: string): Promise<unknown> {
    if (this.#lease.isOver) return this.gone.reason ?? new SessionUnavailable(this.record.name, why, 1);
    const nowMs = Date.now();
    const { sessionRecheckMs } = this.#surroundings.configuration;
    const condition = quarantined(this.record.condition, why, nowMs, sessionRecheckMs);
    const releasing = this.release({ condition });
    const seconds = this.#lease.isPooled ? 0 : retryAfterSeconds(condition, nowMs);
    const unavailable = new SessionUnavailable(this.record.name, `the session was put aside: ${why}`, seconds);
    await releasing;
    this.#lease.end(unavailable);
    return unavailable;
  }

  /** What a failed `bringIn` means for the job: the session's own troubles put it aside, the browser's are passed on. */
  async failed(error: unknown): Promise<unknown> {
    return isSessionsOwn(error, this.record) ? this.putAside(error.message) : asUnavailable(this.record.name, error);
  }

  async #release(change: SessionChange): Promise<void> {
    const unsaved = this.#version > this.#savedVersion && !this.#lease.isOver;
    // What the last job changed is lost where it can't be sealed. Keeping the lease too would keep the next one waiting.
    const sealed = unsaved
      ? await this.#sealed().catch((error: unknown) => {
          this.#surroundings.log.error("what jobs changed in a session is lost", { session: this.record.name, error });
        })
      : undefined;
    await this.#lease.release(sealed === undefined ? change : { ...this.#unsavedLogin, ...change, sealed });
  }

  async #opened(): Promise<SessionState> {
    try {
      return await openState(this.#surroundings.room.seal, this.record);
    } catch (error) {
      if (!(error instanceof SealBroken) || this.record.login === undefined) throw error;
      this.#surroundings.log.error("session state can't be opened", { session: this.record.name, error });
      this.#loginOver = "its stored state can't be opened";
      return emptyState();
    }
  }

  async #whyLogIn(context: ContextLease, signal: AbortSignal): Promise<string | undefined> {
    const why = this.#loginOver ?? staleLogin(this.record, Date.now());
    if (why !== undefined || !this.#mustCheck) return why;
    if (!(await this.isLoggedIn(context, signal))) return "its re-check found nobody logged in";
    await this.#lease.save({ condition: { kind: "ready" } });
    this.#mustCheck = false;
    return undefined;
  }

  async #sealed(): Promise<Uint8Array> {
    return sealState(this.#surroundings.room.seal, this.record, this.#state ?? emptyState());
  }

  #loginSurroundings() {
    const { room, log, configuration } = this.#surroundings;
    return { room, log, limitMs: configuration.sessionLoginMs };
  }
}
