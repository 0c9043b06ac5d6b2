import type { ContextLease } from "../../browser/context-lease.ts";
import { showsSignedOut } from "./log-in.ts";
import type { PagesHold } from "./pages-hold.ts";
import type { SeatEnd, SeatRequest, SessionSeat } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";

/** Policy `pages`: the job has one page of the session's context. */
export class PagesSeat implements SessionSeat {
  readonly #surroundings: SessionSurroundings;
  readonly #hold: PagesHold;
  readonly #leavePlace: () => void;
  #open: Awaited<ReturnType<PagesHold["openPage"]>> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #left: Promise<void> | undefined;
  /** Ways out of the sections that the job is in. */
  readonly #inside = new Set<() => void>();

  /** @param leavePlace gives the place among the session's pages back */
  constructor(surroundings: SessionSurroundings, hold: PagesHold, leavePlace: () => void) {
    this.#surroundings = surroundings;
    this.#hold = hold;
    this.#leavePlace = leavePlace;
  }

  get session(): string {
    return this.#hold.held.record.name;
  }

  get jobLimitMs(): number {
    return this.#hold.held.record.jobLimitMs;
  }

  get gone(): AbortSignal {
    return this.#hold.held.gone;
  }

  async open(request: SeatRequest): Promise<ContextLease> {
    await this.#closing;
    this.#open = await this.#hold.openPage(request);
    return this.#open.page;
  }

  showsSignedOut(address: string): boolean {
    return showsSignedOut(this.#surroundings.room, this.#hold.held.record, address);
  }

  async isLoggedIn(signal: AbortSignal): Promise<boolean> {
    return this.#open === undefined || this.#hold.isLoggedIn(this.#open.from, signal);
  }

  contextLost(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#closing = open.page.release().then(() => this.#leaveSections());
  }

  /** The heartbeat writes down what the pages changed. */
  async keepState(): Promise<void> {}

  signedOut(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const closed = Promise.all([open.page.release(), this.#hold.signedOut(open.from)]);
    this.#closing = closed.then(() => this.#leaveSections());
  }

  async exclusively<Value>(section: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    const entrance = await this.#hold.sections.enter(AbortSignal.any([this.gone, signal]), this.jobLimitMs);
    if (entrance.kind === "waited-too-long") {
      throw new Error(`no turn for an exclusive section of session ${this.session} within ${this.jobLimitMs} ms`);
    }
    this.#inside.add(entrance.leave);
    try {
      return await section();
    } finally {
      entrance.leave();
      this.#inside.delete(entrance.leave);
    }
  }

  leave(end: SeatEnd): Promise<void> {
    this.#left ??= this.#leave(end);
    return this.#left;
  }

  async #leave(end: SeatEnd): Promise<void> {
    await Promise.all([this.#open?.page.release(), this.#closing]);
    this.#leaveSections();
    await this.#hold.left(end);
    this.#leavePlace();
  }

  /** A section that never ends, of a job that is over and has no page any more, mustn't keep the other jobs out. */
  #leaveSections(): void {
    for (const leave of this.#inside) leave();
    this.#inside.clear();
  }
}
