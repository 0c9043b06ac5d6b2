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

  signedOut(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#closing = Promise.all([open.page.release(), this.#hold.signedOut(open.from)]).then(() => undefined);
  }

  async exclusively<Value>(section: () => Promise<Value>): Promise<Value> {
    const entrance = await this.#hold.sections.enter(this.gone, this.jobLimitMs);
    if (entrance.kind === "waited-too-long") {
      throw new Error(`no turn for an exclusive section of session ${this.session} within ${this.jobLimitMs} ms`);
    }
    try {
      return await section();
    } finally {
      entrance.leave();
    }
  }

  leave(end: SeatEnd): Promise<void> {
    this.#left ??= this.#leave(end);
    return this.#left;
  }

  async #leave(end: SeatEnd): Promise<void> {
    await Promise.all([this.#open?.page.release(), this.#closing]);
    await this.#hold.left(end);
    this.#leavePlace();
  }
}
