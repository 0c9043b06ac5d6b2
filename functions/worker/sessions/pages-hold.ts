import type { ContextLease } from "../../browser/context-lease.ts";
import type { ResourcePolicy } from "../../core/job/resource-policy.ts";
import type { SessionCondition } from "../../core/session/session.ts";
import type { StateSnapshot } from "../../core/session/state/session-state.ts";
import { crashOr } from "../crash-news.ts";
import { afterUse } from "./after-use.ts";
import type { HeldSession } from "./held-session.ts";
import { Line } from "./line.ts";
import { leaseForSeat } from "./lease-for-seat.ts";
import { loadsEither, sameResources } from "./page-resources.ts";
import type { SeatEnd, SeatRequest } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";

interface OpenContext {
  readonly context: ContextLease;
  /** What it held when it was last written down. */
  base: StateSnapshot;
  resources: ResourcePolicy;
}

/**
 * Policy `pages`: this container holds the session and one context, logged in; each job has a page of it. The context's
 * first page is nobody's: logins and checks happen there.
 */
export class PagesHold {
  readonly held: HeldSession;
  /** Who touches what the server keeps for the whole login. */
  readonly sections = new Line(1);
  readonly #surroundings: SessionSurroundings;
  readonly #close = new AbortController();
  #context: Promise<OpenContext> | undefined;
  /** The context once it is logged in, until its login is over. */
  #open: OpenContext | undefined;
  #closing: Promise<void> = Promise.resolve();
  #check: Promise<boolean> | undefined;
  #writingDown: Promise<void> | undefined;
  #usedUp: SessionCondition | undefined;
  #closed: Promise<void> | undefined;

  constructor(surroundings: SessionSurroundings, held: HeldSession) {
    this.#surroundings = surroundings;
    this.held = held;
  }

  /** No further job may come in. */
  get isOver(): boolean {
    return this.#usedUp !== undefined || this.held.gone.aborted;
  }

  /** A page in the logged-in context. Who comes while it's being opened, or logged in anew, waits for that. */
  async openPage(request: SeatRequest): Promise<{ readonly page: ContextLease; readonly from: Promise<OpenContext> }> {
    request.signal.throwIfAborted();
    this.held.gone.throwIfAborted();
    const from = (this.#context ??= this.#openContext(request));
    const open = await from;
    const wanted = loadsEither(open.resources, request.resources);
    if (!sameResources(wanted, open.resources)) {
      // What one page must not load, another one may need: the context loads what any of them asked for.
      open.resources = wanted;
      await open.context.setResources(wanted);
    }
    return { page: await open.context.leasePage({ signal: request.signal }), from };
  }

  /** Closes the context that a page was opened in, once: the next page opens a new one and logs in. */
  signedOut(from: Promise<OpenContext>): Promise<void> {
    if (this.#context === from) {
      this.held.endLogin("the site showed that nobody is logged in");
      this.#context = undefined;
      this.#open = undefined;
      this.#closing = from.then(({ context }) => context.release());
    }
    return this.#closing;
  }

  /** One check at a time, for whoever asks meanwhile. */
  async isLoggedIn(from: Promise<OpenContext>, signal: AbortSignal): Promise<boolean> {
    // Another page has found the login over, and its context took this page along.
    if (this.#context !== from) return false;
    const { context } = await from;
    this.#check ??= this.held.isLoggedIn(context, signal).finally(() => {
      this.#check = undefined;
    });
    return this.#check;
  }

  /** Counts a job that left. Puts the session aside where it's one failure too many. */
  async left(end: SeatEnd): Promise<void> {
    const { configuration } = this.#surroundings;
    const change = afterUse(this.held.record, end, configuration.sessionRecheckMs, Date.now());
    if (change.uses === undefined || this.held.gone.aborted) return;
    this.held.count(change);
    if (change.condition?.kind === "unhealthy") await this.held.putAside(change.condition.reason);
    // Its other jobs go on, and with the last of them it ends.
    else this.#usedUp ??= change.condition;
  }

  /**
   * One round of the heartbeat: renews the lease, and has written down what the pages changed, should this container die.
   * Waits for the lease only: a page that doesn't answer mustn't cost the other jobs theirs.
   */
  async beat(): Promise<void> {
    await this.held.renew();
    if (this.#closed !== undefined || this.held.gone.aborted) return;
    this.#writingDown ??= this.#writeDown().finally(() => {
      this.#writingDown = undefined;
    });
  }

  /** Keeps the state, closes the context, gives the session back. A login under way ends. Idempotent; never throws. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#close.abort(new Error("nobody waits for this session any more"));
    await this.#context?.catch(() => {});
    await this.#writingDown;
    const open = this.#open;
    if (open && !this.held.gone.aborted) await this.#keep(open);
    await Promise.all([open?.context.release(), this.#closing]);
    await this.held.release(this.#usedUp ? { condition: this.#usedUp } : {});
  }

  async #openContext(request: SeatRequest): Promise<OpenContext> {
    let context: ContextLease | undefined;
    try {
      // The site mustn't see two of one login: the context before has to be gone.
      await this.#closing;
      // Not the first job's own signal: the others wait for this context too.
      const signal = AbortSignal.any([this.held.gone, this.#close.signal]);
      context = await leaseForSeat(this.#surroundings.browserOf(this.held.record), { ...request, signal });
      const base = await this.held.bringIn(context, signal);
      const open = { context, base, resources: request.resources };
      this.#open = open;
      void this.#forgetWhenLost(open);
      return open;
    } catch (error) {
      const cause = context ? await crashOr(error, context) : error;
      await context?.release();
      this.#context = undefined;
      throw await this.held.failed(cause);
    }
  }

  /** Its pages tell their jobs themselves; the next page opens another context. */
  async #forgetWhenLost(open: OpenContext): Promise<void> {
    await open.context.lost;
    if (this.#open !== open) return;
    this.#open = undefined;
    this.#context = undefined;
  }

  async #writeDown(): Promise<void> {
    try {
      if (this.#open) await this.#keep(this.#open);
      await this.held.saveState();
    } catch (error) {
      this.#surroundings.log.warn("session state could not be written down", { session: this.held.record.name, error });
    }
  }

  async #keep(open: OpenContext): Promise<void> {
    if (open.context.state().kind !== "leased") return;
    try {
      const now = await open.context.readState();
      // Its login was found to be over meanwhile, and a newer one may be in place.
      if (this.#open !== open) return;
      this.held.keep(open.base, now);
      open.base = now;
    } catch (error) {
      this.#surroundings.log.warn("session state could not be read", { session: this.held.record.name, error });
    }
  }
}
