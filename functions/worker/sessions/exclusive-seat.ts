import type { ContextLease } from "../../browser/context-lease.ts";
import type { StateSnapshot } from "../../core/session/state/session-state.ts";
import { crashOr } from "../crash-news.ts";
import { afterUse } from "./after-use.ts";
import type { HeldSession } from "./held-session.ts";
import { leaseForSeat } from "./lease-for-seat.ts";
import { showsSignedOut } from "./log-in.ts";
import type { SeatEnd, SeatRequest, SessionSeat } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";

interface OpenContext {
  readonly context: ContextLease;
  /** What it held when it was last kept. */
  base: StateSnapshot;
}

/** Policy `exclusive`: the job holds the session, and has a context of its own with the session's state in it. */
export class ExclusiveSeat implements SessionSeat {
  readonly #surroundings: SessionSurroundings;
  readonly #held: HeldSession;
  readonly #onLeft: () => void;
  #open: OpenContext | undefined;
  #opening: Promise<ContextLease> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #left: Promise<void> | undefined;

  /** @param onLeft called when the session has been given back */
  constructor(surroundings: SessionSurroundings, held: HeldSession, onLeft: () => void) {
    this.#surroundings = surroundings;
    this.#held = held;
    this.#onLeft = onLeft;
  }

  get session(): string {
    return this.#held.record.name;
  }

  get jobLimitMs(): number {
    return this.#held.record.jobLimitMs;
  }

  get gone(): AbortSignal {
    return this.#held.gone;
  }

  open(request: SeatRequest): Promise<ContextLease> {
    this.#opening = this.#openContext(request);
    return this.#opening;
  }

  async #openContext(request: SeatRequest): Promise<ContextLease> {
    // The site mustn't see two of one login: the context before has to be gone.
    await this.#closing;
    this.gone.throwIfAborted();
    let context: ContextLease | undefined;
    try {
      context = await leaseForSeat(this.#surroundings.browserOf(this.#held.record), request);
      const base = await this.#held.bringIn(context, request.signal);
      // The job was stopped meanwhile: nobody would work in the context, and nobody close it.
      request.signal.throwIfAborted();
      this.#open = { context, base };
      return context;
    } catch (error) {
      const cause = context ? await crashOr(error, context) : error;
      await context?.release();
      throw await this.#held.failed(cause);
    }
  }

  showsSignedOut(address: string): boolean {
    return showsSignedOut(this.#surroundings.room, this.#held.record, address);
  }

  async isLoggedIn(signal: AbortSignal): Promise<boolean> {
    return this.#open === undefined || this.#held.isLoggedIn(this.#open.context, signal);
  }

  contextLost(): void {
    if (this.#open) this.#closing = this.#open.context.release();
    this.#open = undefined;
  }

  async keepState(): Promise<void> {
    if (this.#open === undefined) return;
    await this.#keep(this.#open);
    try {
      await this.#held.saveState();
    } catch (error) {
      const { log } = this.#surroundings;
      log.warn("what a job has changed in its session could not be written down", { session: this.session, error });
    }
  }

  signedOut(): void {
    this.#held.endLogin("the site showed that nobody is logged in");
    if (this.#open) this.#closing = this.#open.context.release();
    this.#open = undefined;
  }

  exclusively<Value>(section: () => Promise<Value>): Promise<Value> {
    return section();
  }

  leave(end: SeatEnd): Promise<void> {
    this.#left ??= this.#leave(end);
    return this.#left;
  }

  async #leave(end: SeatEnd): Promise<void> {
    // While a login is under way the session isn't anybody else's.
    await this.#opening?.catch(() => {});
    const open = this.#open;
    if (open) await this.#keep(open);
    await Promise.all([open?.context.release(), this.#closing]);
    const { sessionRecheckMs } = this.#surroundings.configuration;
    await this.#held.release(afterUse(this.#held.record, end, sessionRecheckMs, Date.now()));
    this.#onLeft();
  }

  async #keep(open: OpenContext): Promise<void> {
    if (this.gone.aborted || open.context.state().kind !== "leased") return;
    try {
      const now = await open.context.readState();
      this.#held.keep(open.base, now);
      open.base = now;
    } catch (error) {
      const { log } = this.#surroundings;
      log.warn("what a job left in its session could not be read", { session: this.session, error });
    }
  }
}
