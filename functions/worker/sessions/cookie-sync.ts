import { setTimeout as delay } from "node:timers/promises";

import type { ContextLease } from "../../browser/context-lease.ts";
import { changesBetween } from "../../core/session/state/changes.ts";
import { mergeStates } from "../../core/session/state/merge.ts";
import type { SessionRecord } from "../../core/session/session.ts";
import type { SessionState, SnapshotCookie, StateSnapshot } from "../../core/session/state/session-state.ts";
import type { SessionChange } from "../../core/session/session-store.ts";
import { prunedState } from "../../core/session/state/states.ts";
import { nextStamp } from "../../core/session/state/stamp.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import { tellCondition } from "./after-use.ts";
import { openState, sealState } from "./vault.ts";

/** Each round some writer gets through, so this many rounds serve this many writers at once. */
const ROUNDS_MAX = 20;
const PAUSE_MS = 20;
/** An answer that signs the session out clears its cookies a moment before the page shows it. */
const SIGNED_OUT_NEWS_MS = 100;

type Change = Omit<SessionChange, "sealed" | "loggedIn">;
/** What a job means for its session, by the session's record as it is when that is written. */
export type ChangeOf = (record: SessionRecord) => Change | Promise<Change>;

/**
 * Tells the other containers what one context changes in a `shared` session: record by record and never the whole, so
 * that what others changed meanwhile stays. One writer in this container at a time.
 */
export class CookieSync {
  readonly #surroundings: SessionSurroundings;
  readonly #random: () => number;
  #record: SessionRecord;
  /** What is stored, as far as this container knows. */
  #state: SessionState;
  /** What the context held when it was last looked at. */
  #base: StateSnapshot;
  #unsaid: SessionState | undefined;
  #writing: Promise<void> = Promise.resolve();
  #overtaken = false;
  #quiet = false;
  #soon: NodeJS.Timeout | undefined;

  constructor(
    surroundings: SessionSurroundings,
    start: { readonly record: SessionRecord; readonly state: SessionState; readonly base: StateSnapshot },
    random: () => number = Math.random,
  ) {
    this.#surroundings = surroundings;
    this.#record = start.record;
    this.#state = start.state;
    this.#base = start.base;
    this.#random = random;
  }

  /** Somebody else logged in since: what this context holds belongs to a login that is over. */
  get overtaken(): boolean {
    return this.#overtaken;
  }

  /** Of the stored state, as far as this context has heard of it. */
  get revision(): number {
    return this.#record.revision;
  }

  /** The context's cookies as they were at a moment. Told when the page has had time to show that nobody is logged in. */
  tellCookies(cookies: readonly SnapshotCookie[], readAtMs: number): void {
    clearTimeout(this.#soon);
    if (this.#quiet) return;
    this.#soon = setTimeout(() => {
      void this.#tell({ cookies, origins: [] }, { cookies: this.#base.cookies, origins: [] }, readAtMs);
    }, SIGNED_OUT_NEWS_MS);
  }

  /** From now on only `tellAll` tells: the site may have signed this context out, and then its cookies are nobody's business. */
  hush(): void {
    this.#quiet = true;
    clearTimeout(this.#soon);
  }

  /** The whole context, storage included, with what its job means for the session. Never rejects. */
  async tellAll(context: ContextLease, changeOf: ChangeOf): Promise<void> {
    this.hush();
    try {
      const nowMs = Date.now();
      await this.#tell(await context.readState(), this.#base, nowMs, changeOf);
    } catch (error) {
      this.#surroundings.log.warn("what a job left in its session could not be read", {
        session: this.#record.name,
        error,
      });
      await this.#tell(this.#base, this.#base, Date.now(), changeOf);
    }
  }

  #tell(now: StateSnapshot, base: StateSnapshot, readAtMs: number, changeOf: ChangeOf = () => ({})): Promise<void> {
    const stamp = nextStamp(this.#unsaid ? mergeStates(this.#state, this.#unsaid) : this.#state, {
      fence: this.#record.loginFence,
      nowMs: readAtMs,
      writer: this.#surroundings.owner.container,
    });
    const changes = changesBetween(base, now, stamp);
    this.#base = { cookies: now.cookies, origins: now.origins.length > 0 ? now.origins : this.#base.origins };
    if (Object.keys(changes.records).length > 0) {
      this.#unsaid = this.#unsaid ? mergeStates(this.#unsaid, changes) : changes;
    }
    this.#writing = this.#writing
      .then(() => this.#write(changeOf))
      .catch((error: unknown) => {
        this.#surroundings.log.warn("session changes could not be stored", { session: this.#record.name, error });
      });
    return this.#writing;
  }

  async #write(changeOf: ChangeOf): Promise<void> {
    const { room, meter, log } = this.#surroundings;
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const change = await changeOf(this.#record);
      const unsaid = this.#unsaid;
      if (this.#overtaken || (unsaid === undefined && Object.keys(change).length === 0)) return;
      const { name, loginFence, revision } = this.#record;
      const state = unsaid ? prunedState(mergeStates(this.#state, unsaid), loginFence) : this.#state;
      // Failures that come at once add up only if each raises the revision; a success isn't worth a write of the state.
      const isFailure = (change.errorScore?.value ?? 0) > this.#record.errorScore.value;
      const sealed = unsaid || isFailure ? { sealed: await sealState(room.seal, this.#record, state) } : {};
      const amended = await room.store.amend(name, { loginFence, revision }, { ...change, ...sealed }, Date.now());
      if (amended.kind === "done") {
        this.#record = amended.record;
        this.#state = state;
        if (this.#unsaid === unsaid) this.#unsaid = undefined;
        if (change.condition) tellCondition(this.#surroundings, amended.record, change.condition);
        return;
      }
      if (amended.kind === "fenced-out" || amended.record.condition.kind === "retired") {
        this.#overtaken = true;
        meter.count("fencedOut");
        log.warn("session refused by fence", { session: name, fence: loginFence });
        return;
      }
      this.#record = amended.record;
      this.#state = mergeStates(this.#state, await openState(room.seal, amended.record));
      await delay(this.#random() * PAUSE_MS * round);
    }
    throw new Error(`no turn to write in ${ROUNDS_MAX} rounds`);
  }
}
