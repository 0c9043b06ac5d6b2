import type { ContextLease } from "../../browser/context-lease.ts";
import type { StrategyProgress } from "../../strategies/contract/define-strategy.ts";
import type { JobProgress, Workplace } from "./job-progress.ts";
import { NavigationWatch } from "./navigation-watch.ts";

export type Report = "go-on" | "leave" | "lost";

/**
 * What a strategy reports while it works in one context. A strategy that is stopped may go on in the background for a while:
 * what it still reports then is of a place that the job has left, and isn't written down.
 */
export class StayReports implements Workplace {
  readonly context: ContextLease;
  readonly isSession: boolean;
  readonly keepSession: () => Promise<void>;
  readonly #progress: JobProgress;
  readonly #navigations: NavigationWatch;
  #navigationsSaved = 0;
  #leaving = false;
  #isOver = false;

  /** @param keepSession where the state is a session's: keeps that. Never throws. */
  constructor(progress: JobProgress, context: ContextLease, keepSession: (() => Promise<void>) | undefined) {
    this.context = context;
    this.isSession = keepSession !== undefined;
    this.keepSession = keepSession ?? (async () => {});
    this.#progress = progress;
    this.#navigations = new NavigationWatch(context, !this.isSession);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next report is written down whatever the policy, and answered with `leave`. */
  askToLeave(): void {
    this.#leaving = true;
  }

  /** The context is the job's no more. Idempotent. */
  end(): void {
    this.#isOver = true;
    this.#navigations.stop();
  }

  /**
   * `leave`: the job was asked to leave, and this is written down. `lost`: the fence refused it. Reports that come at once are
   * dealt with one after the other. Never throws.
   */
  report(reported: StrategyProgress): Promise<Report> {
    return this.#progress.inTurn(() => this.#report(reported));
  }

  async #report(reported: StrategyProgress): Promise<Report> {
    if (this.#isOver) return "go-on";
    const navigations = this.#navigations.count;
    const isDue = this.#progress.isDue(reported.stage, navigations > this.#navigationsSaved);
    if (!isDue && !this.#leaving) return "go-on";
    const saving = await this.#progress.save(this, reported);
    if (saving === "lost") return "lost";
    if (saving === "skipped") return "go-on";
    this.#navigationsSaved = navigations;
    return this.#leaving && !this.#isOver ? "leave" : "go-on";
  }
}
