import type { ContextLease } from "../../browser/context-lease.ts";
import type { ContextLoss } from "../../browser/pooled-context.ts";
import type { Outcome } from "../../core/job/outcome.ts";
import type { Lease } from "../../core/lease/lease.ts";
import type { JobProgress } from "../checkpoints/job-progress.ts";
import { StayReports } from "../checkpoints/stay-reports.ts";
import type { Container } from "../container.ts";
import { ContextLost } from "../crash-news.ts";
import type { Runnable } from "../intake.ts";
import type { Leave } from "../roster.ts";
import { loginIsOver, watchForSignedOut } from "../sessions/login-is-over.ts";
import { SessionUnavailable, sessionUnavailable, type SessionSeat } from "../sessions/session-seat.ts";
import { strategyRun } from "../strategy-run.ts";
import { openContext, type OpenedContext } from "./open-context.ts";
import { runStrategy } from "./run-strategy.ts";
import type { WorkClock } from "./work-clock.ts";

/** How a job's time in one context ended. */
export type StayEnd =
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  /** The context was lost; the job may go on in another. */
  | { readonly kind: "lost"; readonly loss: ContextLoss }
  /** The session turned out to be signed out. */
  | { readonly kind: "signed-out"; readonly last: Outcome | undefined }
  /** It was asked to go: `atCheckpoint` with its progress written down, else because it took too long to get to one. */
  | { readonly kind: "left"; readonly leave: Leave; readonly atCheckpoint: boolean };

export interface StayOptions {
  readonly container: Container;
  readonly runnable: Runnable;
  readonly lease: Lease;
  readonly seat: SessionSeat | undefined;
  readonly progress: JobProgress;
  readonly clock: WorkClock;
  /** Aborts when the attempt is over. */
  readonly signal: AbortSignal;
  /** Whether it's worth asking the site who is logged in. */
  readonly mayLogInAgain: boolean;
  leaseLost(detail: string): void;
  /** The context is open, in the job's state. */
  onOpened(context: ContextLease): void;
}

const DETAIL_MAX_CHARACTERS = 2_000;

/** One job's time in one context, from its opening to its release. */
export class Stay {
  readonly #options: StayOptions;
  readonly #over = new AbortController();
  readonly #left = Promise.withResolvers<StayEnd>();
  #leave: Leave | undefined;
  #grace: NodeJS.Timeout | undefined;
  #reports: StayReports | undefined;
  #context: ContextLease | undefined;

  constructor(options: StayOptions) {
    this.#options = options;
  }

  /** The first reason stays. */
  askToLeave(leave: Leave, graceMs: number): void {
    if (this.#leave !== undefined || this.#over.signal.aborted) return;
    this.#leave = leave;
    this.#reports?.askToLeave();
    this.#grace = setTimeout(() => this.#go(leave, false), graceMs);
  }

  /** Runs the strategy. The context stays open until `end`. Never throws. */
  async run(): Promise<StayEnd> {
    const { container, runnable, seat, progress, clock } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.#over.signal]);
    clock.start();
    progress.begin();
    let opened: OpenedContext;
    try {
      const opening = openContext(container, runnable, seat, progress, signal);
      opening.catch(() => {});
      const first = await Promise.race([opening, this.#left.promise]);
      if ("kind" in first) return first;
      opened = first;
    } catch (error) {
      return this.#notOpened(error);
    }
    this.#context = opened.context;
    this.#options.onOpened(opened.context);
    return this.#work(opened, signal);
  }

  /** Closes the context, unless it is a seat's to close. Idempotent; bounded; never throws. */
  async end(): Promise<void> {
    this.#stop();
    if (this.#options.seat === undefined) await this.#context?.release();
  }

  async #work({ context, from }: OpenedContext, signal: AbortSignal): Promise<StayEnd> {
    const { container, runnable, lease, seat, progress, clock } = this.#options;
    const watch = watchForSignedOut(seat, context, signal);
    const reports = new StayReports(progress, context, seat && (() => seat.keepState()));
    this.#reports = reports;
    if (this.#leave) reports.askToLeave();
    const run = strategyRun(container, runnable, context, {
      lease,
      from,
      reports,
      artifacts: progress.artifacts,
      signal: watch.signal,
      remainingMs: () => clock.remainingMs,
      leaseLost: (detail) => this.#options.leaseLost(detail),
      leave: () => this.#leave && this.#go(this.#leave, true),
      exclusively: (section) => (seat ? seat.exclusively(section, watch.signal) : section()),
    });
    const lost = context.lost.then((loss): StayEnd => ({ kind: "lost", loss }));
    const ended = await Promise.race([runStrategy(runnable, run, context), watch.signedOut, lost, this.#left.promise]);
    watch.stop();
    reports.end();
    if (seat === undefined || (ended !== "signed-out" && ended.kind !== "outcome")) return ended as StayEnd;
    const outcome = ended === "signed-out" ? undefined : ended.outcome;
    const asks = this.#options.mayLogInAgain && !signal.aborted;
    const isOver = asks && (await loginIsOver(seat, outcome ?? "signed-out", container.log, signal));
    if (isOver || outcome === undefined) return { kind: "signed-out", last: outcome };
    return { kind: "outcome", outcome };
  }

  #notOpened(error: unknown): StayEnd {
    if (error instanceof SessionUnavailable) return { kind: "outcome", outcome: sessionUnavailable(error) };
    if (error instanceof ContextLost) return { kind: "lost", loss: error.loss };
    const detail = (error instanceof Error ? error.message : String(error)).slice(0, DETAIL_MAX_CHARACTERS);
    return { kind: "outcome", outcome: { kind: "crashed", what: "browser", detail } };
  }

  #go(leave: Leave, atCheckpoint: boolean): void {
    this.#left.resolve({ kind: "left", leave, atCheckpoint });
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#grace);
    this.#reports?.end();
    if (!this.#over.signal.aborted) this.#over.abort(new Error("the job has left this context"));
  }
}
