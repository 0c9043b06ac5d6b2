import type { ContextLease } from "../../browser/context-lease.ts";
import { StateRefused } from "../../browser/state/state-refused.ts";
import { SealBroken } from "../../core/session/seal.ts";
import { staleLogin } from "../../core/session/session-rules.ts";
import type { SessionRecord } from "../../core/session/session.ts";
import type { SessionState } from "../../core/session/state/session-state.ts";
import { snapshotOf } from "../../core/session/state/states.ts";
import { crashOr } from "../crash-news.ts";
import { afterUse } from "./after-use.ts";
import { CookieSync } from "./cookie-sync.ts";
import { leaseForSeat } from "./lease-for-seat.ts";
import { isLoggedIn, loginOf, showsSignedOut } from "./log-in.ts";
import { PermanentFailure } from "../../core/job/failures.ts";
import { asUnavailable } from "./session-trouble.ts";
import { SessionUnavailable, type SeatEnd, type SeatRequest, type SessionSeat } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import type { LoginReason, SharedLogins } from "./shared-logins.ts";
import { openState } from "./vault.ts";

/** Until somebody can have imported another state. */
const BROKEN_SECONDS = 60;

interface OpenContext {
  readonly context: ContextLease;
  readonly record: SessionRecord;
  readonly sync: CookieSync;
  readonly watch: { stop(): Promise<void> };
}

/** Policy `shared`: a context of the job's own with the cookies that all containers share. No lease. */
export class SharedSeat implements SessionSeat {
  readonly #surroundings: SessionSurroundings;
  readonly #logins: SharedLogins;
  readonly #gone = new AbortController();
  #record: SessionRecord;
  /** The record may be older than what the fleet has been told since. */
  #isStale = false;
  /** What the cookies were that the site didn't take. */
  #shownSignedOut: { readonly loginFence: number; readonly revision: number } | undefined;
  #open: OpenContext | undefined;
  #opening: Promise<ContextLease> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #left: Promise<void> | undefined;

  constructor(surroundings: SessionSurroundings, logins: SharedLogins, record: SessionRecord) {
    this.#surroundings = surroundings;
    this.#logins = logins;
    this.#record = record;
  }

  get session(): string {
    return this.#record.name;
  }

  get jobLimitMs(): number {
    return this.#record.jobLimitMs;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  open(request: SeatRequest): Promise<ContextLease> {
    this.#opening = this.#openContext(request).catch((error: unknown) => {
      throw asUnavailable(this.session, error);
    });
    return this.#opening;
  }

  async #openContext(request: SeatRequest): Promise<ContextLease> {
    await this.#closing;
    const { room, configuration } = this.#surroundings;
    if (this.#shownSignedOut !== undefined || this.#isStale)
      this.#record = (await room.store.read(this.session)) ?? this.#record;
    const why = this.#whyLogIn();
    // Only who finds the login over logs in; the one elected does it in a context of its own.
    if (why !== undefined) this.#record = await this.#logins.loggedIn(this.#record, why, request);
    const state = await this.#openState(request);
    const context = await leaseForSeat(this.#surroundings.browserOf(this.#record), request);
    try {
      const { loginFence } = this.#record;
      const base = snapshotOf(state, { nowMs: Date.now(), loginFence });
      await context.applyState(base);
      // The job was stopped meanwhile: nobody would work in the context, and nobody close it.
      request.signal.throwIfAborted();
      const sync = new CookieSync(this.#surroundings, { record: this.#record, state, base });
      const watch = context.watchCookies(
        (cookies, readAtMs) => sync.tellCookies(cookies, readAtMs),
        configuration.sessionSyncMs,
      );
      this.#open = { context, record: this.#record, sync, watch };
      return context;
    } catch (error) {
      const cause = await crashOr(error, context);
      await context.release();
      throw cause instanceof StateRefused ? new SessionUnavailable(this.session, cause.message, BROKEN_SECONDS) : cause;
    }
  }

  /** A state that can't be opened is replaced by a new login's, where the session has a login. */
  async #openState(request: SeatRequest): Promise<SessionState> {
    const { seal } = this.#surroundings.room;
    try {
      return await openState(seal, this.#record);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      if (this.#record.login === undefined) throw new SessionUnavailable(this.session, error.message, BROKEN_SECONDS);
      const why = { text: "its stored state can't be opened", isOver: true };
      this.#record = await this.#logins.loggedIn(this.#record, why, request);
      return openState(seal, this.#record);
    }
  }

  showsSignedOut(address: string): boolean {
    return showsSignedOut(this.#surroundings.room, this.#record, address);
  }

  async isLoggedIn(signal: AbortSignal): Promise<boolean> {
    const login = loginOf(this.#surroundings.room, this.#record);
    if (login === undefined || this.#open === undefined) return true;
    // The strategy is over, and the answer to the check may be the one that clears the cookies.
    this.#open.sync.hush();
    const { room, log, configuration } = this.#surroundings;
    const surroundings = { room, log, limitMs: configuration.sessionLoginMs };
    return isLoggedIn(surroundings, this.#record, login, this.#open.context, signal);
  }

  contextLost(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#isStale = true;
    this.#open = undefined;
    this.#closing = this.#giveUp(open);
  }

  /** Its cookies are told to the fleet as they change. */
  async keepState(): Promise<void> {}

  signedOut(): void {
    const open = this.#open;
    if (open === undefined) return;
    open.sync.hush();
    this.#shownSignedOut = { loginFence: open.record.loginFence, revision: open.sync.revision };
    this.#open = undefined;
    this.#closing = this.#giveUp(open);
  }

  exclusively<Value>(): Promise<Value> {
    return Promise.reject(
      new PermanentFailure(
        "NotExclusive",
        `session ${this.session} is shared: its other pages are in other containers, so nothing keeps a section for itself; use the policy pages or exclusive`,
      ),
    );
  }

  leave(end: SeatEnd): Promise<void> {
    this.#left ??= this.#leave(end);
    return this.#left;
  }

  async #leave(end: SeatEnd): Promise<void> {
    await this.#opening?.catch(() => {});
    const open = this.#open;
    if (open) {
      open.sync.hush();
      await open.watch.stop();
      if (open.context.state().kind === "leased") {
        await open.sync.tellAll(open.context, (record) => this.#changeOf(record, end));
      }
      await open.context.release();
    }
    await this.#closing;
  }

  async #changeOf(known: SessionRecord, end: SeatEnd): Promise<ReturnType<typeof afterUse>> {
    const { room, configuration } = this.#surroundings;
    // Failures add up over the containers; the other ones' are in nobody's record but the stored one.
    const record = end.kind === "failure" ? ((await room.store.read(this.session)) ?? known) : known;
    const change = afterUse(record, end, configuration.sessionRecheckMs, Date.now());
    // Only a pool's order and limits need to hear of each use; a session by itself is written when it changes.
    const counts = record.pool !== undefined || record.maxUses !== undefined || end.kind === "failure";
    return counts ? change : {};
  }

  async #giveUp({ context, watch }: OpenContext): Promise<void> {
    // The cookies of a login that is over are nobody's business.
    await Promise.all([watch.stop(), context.release()]);
  }

  #whyLogIn(): LoginReason | undefined {
    const { loginFence, revision, condition } = this.#record;
    const shown = this.#shownSignedOut;
    // Where others have told of newer cookies since, ours were only late: a new login would end everybody's.
    if (shown?.loginFence === loginFence && shown.revision === revision) {
      return { text: "the site showed that nobody is logged in", isOver: true };
    }
    const stale = staleLogin(this.#record, Date.now());
    if (stale !== undefined) return { text: stale, isOver: true };
    return condition.kind === "unhealthy" ? { text: "its re-check is due", isOver: false } : undefined;
  }
}
