import type { ContextLease } from "../../browser/context-lease.ts";
import type { ResourcePolicy } from "../../core/job/resource-policy.ts";
import type { StateSnapshot } from "../../core/session/state/session-state.ts";
import { afterUse } from "./after-use.ts";
import type { HeldSession } from "./held-session.ts";
import { Line } from "./line.ts";
import { leaseForSeat } from "./lease-for-seat.ts";
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
  #context: Promise<OpenContext> | undefined;
  #check: Promise<boolean> | undefined;
  #closed: Promise<void> | undefined;

  constructor(surroundings: SessionSurroundings, held: HeldSession) {
    this.#surroundings = surroundings;
    this.held = held;
  }

  /** A page in the logged-in context. Who comes while it's being opened, or logged in anew, waits for that. */
  async openPage(request: SeatRequest): Promise<{ readonly page: ContextLease; readonly from: Promise<OpenContext> }> {
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
  async signedOut(from: Promise<OpenContext>): Promise<void> {
    if (this.#context !== from) return;
    this.held.endLogin("the site showed that nobody is logged in");
    this.#context = undefined;
    await (await from).context.release();
  }

  /** One check at a time, for whoever asks meanwhile. */
  async isLoggedIn(from: Promise<OpenContext>, signal: AbortSignal): Promise<boolean> {
    const { context } = await from;
    this.#check ??= this.held.isLoggedIn(context, signal).finally(() => {
      this.#check = undefined;
    });
    return this.#check;
  }

  /** Counts a job that left. Writes what changed where the session is used up, or put aside. */
  async left(end: SeatEnd): Promise<void> {
    const { configuration } = this.#surroundings;
    const change = afterUse(this.held.record, end, configuration.sessionRecheckMs, Date.now());
    if (change.uses === undefined || this.held.gone.aborted) return;
    this.held.count(change);
    if (change.condition?.kind === "unhealthy") await this.held.putAside(change.condition.reason);
  }

  /** One round of the heartbeat: renews the lease, and writes down what the pages changed, should this container die. */
  async beat(): Promise<void> {
    await this.held.renew();
    if (this.#closed !== undefined || this.held.gone.aborted) return;
    try {
      await this.#writeDown();
      if (this.held.hasUnsaved) await this.held.save({});
    } catch (error) {
      this.#surroundings.log.warn("session state could not be written down", { session: this.held.record.name, error });
    }
  }

  /** Keeps the state, closes the context, gives the session back. Idempotent; never throws. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const open = await this.#context?.catch(() => undefined);
    if (!this.held.gone.aborted) {
      await this.#writeDown().catch((error: unknown) => {
        this.#surroundings.log.warn("session state could not be read", { session: this.held.record.name, error });
      });
    }
    await open?.context.release();
    await this.held.release({});
  }

  async #openContext(request: SeatRequest): Promise<OpenContext> {
    const opening = this.#open(request);
    try {
      return await opening;
    } catch (error) {
      this.#context = undefined;
      throw await this.held.failed(error);
    }
  }

  async #open(request: SeatRequest): Promise<OpenContext> {
    // Not the first job's own signal: the others wait for this context too.
    const context = await leaseForSeat(this.#surroundings.browserOf(this.held.record), {
      ...request,
      signal: this.held.gone,
    });
    try {
      const base = await this.held.bringIn(context, this.held.gone);
      void this.#forgetWhenLost(context, this.#context);
      return { context, base, resources: request.resources };
    } catch (error) {
      await context.release();
      throw error;
    }
  }

  /** Its pages tell their jobs themselves; the next page opens another context. */
  async #forgetWhenLost(context: ContextLease, opened: Promise<OpenContext> | undefined): Promise<void> {
    await context.lost;
    if (this.#context === opened) this.#context = undefined;
  }

  async #writeDown(): Promise<void> {
    const open = await this.#context;
    if (open?.context.state().kind === "leased") open.base = await this.held.keep(open.base, open.context);
  }
}

function loadsEither(one: ResourcePolicy, other: ResourcePolicy): ResourcePolicy {
  const either = (kind: keyof ResourcePolicy) => (one[kind] === "load" || other[kind] === "load" ? "load" : "block");
  return { images: either("images"), fonts: either("fonts"), media: either("media") };
}

function sameResources(one: ResourcePolicy, other: ResourcePolicy): boolean {
  return one.images === other.images && one.fonts === other.fonts && one.media === other.media;
}
