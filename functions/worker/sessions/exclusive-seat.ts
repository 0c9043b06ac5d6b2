import type { ContextLease } from "../../browser/context-lease.ts";
import type { StateSnapshot } from "../../core/session/state/session-state.ts";
import { afterUse } from "./after-use.ts";
import type { HeldSession } from "./held-session.ts";
import { leaseForSeat } from "./lease-for-seat.ts";
import { showsSignedOut } from "./log-in.ts";
import type { SeatEnd, SeatRequest, SessionSeat } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";

/** Policy `exclusive`: the job holds the session, and has a context of its own with the session's state in it. */
export class ExclusiveSeat implements SessionSeat {
  readonly #surroundings: SessionSurroundings;
  readonly #held: HeldSession;
  readonly #onLeft: () => void;
  #open: { readonly context: ContextLease; readonly base: StateSnapshot } | undefined;
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

  async open(request: SeatRequest): Promise<ContextLease> {
    // The site mustn't see two of one login: the context before has to be gone.
    await this.#closing;
    this.gone.throwIfAborted();
    const context = await leaseForSeat(this.#surroundings.browserOf(this.#held.record), request);
    try {
      this.#open = { context, base: await this.#held.bringIn(context, request.signal) };
      return context;
    } catch (error) {
      await context.release();
      throw await this.#held.failed(error);
    }
  }

  showsSignedOut(address: string): boolean {
    return showsSignedOut(this.#surroundings.room, this.#held.record, address);
  }

  async isLoggedIn(signal: AbortSignal): Promise<boolean> {
    return this.#open === undefined || this.#held.isLoggedIn(this.#open.context, signal);
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
    const open = this.#open;
    if (open && !this.gone.aborted && open.context.state().kind === "leased") {
      await this.#held.keep(open.base, open.context).catch((error: unknown) => {
        this.#surroundings.log.warn("what a job left in its session could not be read", {
          session: this.session,
          error,
        });
      });
    }
    await Promise.all([open?.context.release(), this.#closing]);
    const { configuration, log, meter } = this.#surroundings;
    const change = afterUse(this.#held.record, end, configuration.sessionRecheckMs, Date.now());
    if (change.condition?.kind === "unhealthy") {
      meter.count("quarantined");
      log.warn("session quarantined", { session: this.session, reason: change.condition.reason });
    }
    await this.#held.release(change);
    this.#onLeft();
  }
}
