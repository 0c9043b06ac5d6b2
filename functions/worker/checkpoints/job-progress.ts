import type { ContextLease } from "../../browser/context-lease.ts";
import { isCheckpointDue, type CheckpointPolicy } from "../../core/checkpoint/checkpoint-policy.ts";
import type { Checkpoint, CheckpointContent } from "../../core/checkpoint/checkpoint.ts";
import type { DurabilityMeter } from "../../core/cost/durability-meter.ts";
import type { ArtifactReference } from "../../core/job/job-result.ts";
import type { Lease } from "../../core/lease/lease.ts";
import type { Log } from "../../core/logging/log.ts";
import type { StrategyProgress } from "../../strategies/contract/define-strategy.ts";
import { placeOf, stateOf } from "./capture.ts";
import { NavigationWatch } from "./navigation-watch.ts";
import type { CheckpointKeeper, CheckpointOwner } from "./checkpoint-keeper.ts";

export interface ProgressOptions {
  readonly keeper: CheckpointKeeper;
  readonly meter: DurabilityMeter;
  readonly log: Log;
  readonly owner: CheckpointOwner;
  readonly lease: Lease;
  readonly policy: CheckpointPolicy;
  readonly intervalMs: number;
  /** What the job's record held when the lease was taken. */
  readonly found: { readonly checkpoint: Checkpoint; readonly content: CheckpointContent | undefined } | undefined;
  /** Time that this attempt has worked, here and before. */
  workedMs(): number;
}

/** What a place that the job works in is to its progress. */
export interface Workplace {
  readonly context: ContextLease;
  /** Whose cookies and storage the context holds: only the job's own go into its checkpoint. */
  readonly isSession: boolean;
  /** Called before a write where the state is a session's. Never throws. */
  keepSession(): Promise<void>;
}

export type Report = "go-on" | "leave" | "lost";

/** How far a job has got, as its strategy reports it, and what of that is durable. */
export class JobProgress {
  readonly artifacts: ArtifactReference[];
  readonly #options: ProgressOptions;
  #saved: Checkpoint | undefined;
  /** JSON of what was saved last: the strategy goes on changing its own values. */
  #content: string | undefined;
  #place: Workplace | undefined;
  #navigations: NavigationWatch | undefined;
  #leaving = false;
  #advanced = false;
  #savedAtWorkedMs: number;
  #writing: Promise<Report> = Promise.resolve("go-on");

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#saved = options.found?.checkpoint;
    const content = options.found?.content;
    this.#content = content && JSON.stringify(content);
    this.artifacts = [...(content?.artifacts ?? [])];
    this.#savedAtWorkedMs = options.workedMs();
  }

  /** The last checkpoint's content; undefined at a job's start. */
  get content(): CheckpointContent | undefined {
    return this.#content === undefined ? undefined : (JSON.parse(this.#content) as CheckpointContent);
  }

  get saved(): Checkpoint | undefined {
    return this.#saved;
  }

  get resume(): StrategyProgress | undefined {
    const content = this.content;
    return content && this.#saved && { stage: this.#saved.stage, cursor: content.cursor };
  }

  /** Whether this attempt has saved a checkpoint. */
  get advanced(): boolean {
    return this.#advanced;
  }

  /** Work since the last checkpoint: what is done again when the job goes on from there, in milliseconds. */
  get atStakeMs(): number {
    return Math.max(0, this.#options.workedMs() - this.#savedAtWorkedMs);
  }

  /** The last checkpoint is of no use: the job starts over. The next one still has a higher number. */
  forget(): void {
    this.#content = undefined;
    this.artifacts.length = 0;
  }

  /** The job works in this context from now on. */
  enter(place: Workplace): void {
    this.leave();
    this.#place = place;
    this.#navigations = new NavigationWatch(place.context, !place.isSession);
    this.#savedAtWorkedMs = this.#options.workedMs();
  }

  /** The context is the job's no more. Idempotent. */
  leave(): void {
    this.#navigations?.stop();
    this.#place = undefined;
    this.#leaving = false;
  }

  /** The next report is written down whatever the policy, and answered with `leave`. */
  askToLeave(): void {
    this.#leaving = true;
  }

  /**
   * What the strategy reports. `lost`: the fence refused it. Reports that come at once are written one after the other. Never
   * throws.
   */
  async report(progress: StrategyProgress): Promise<Report> {
    this.#writing = this.#writing.then(() => this.#report(progress));
    return this.#writing;
  }

  async #report(progress: StrategyProgress): Promise<Report> {
    const { policy, intervalMs } = this.#options;
    const due = isCheckpointDue(
      policy,
      {
        stage: progress.stage,
        lastStage: this.#saved?.stage,
        sinceMs: this.atStakeMs,
        navigated: this.#navigations?.navigated ?? false,
      },
      intervalMs,
    );
    if (!due && !this.#leaving) return "go-on";
    if ((await this.#save(progress)) === "lost") return "lost";
    return this.#leaving ? "leave" : "go-on";
  }

  /** What can't be written now isn't the job's fault, and no reason to stop: the next report tries again. */
  async #save(progress: StrategyProgress): Promise<"saved" | "lost" | "skipped"> {
    const { log, owner } = this.#options;
    try {
      return await this.#write(progress);
    } catch (error) {
      log.warn("progress could not be written down; the last checkpoint stays", {
        job: owner.job,
        stage: progress.stage,
        error,
      });
      return "skipped";
    }
  }

  async #write({ stage, cursor }: StrategyProgress): Promise<"saved" | "lost" | "skipped"> {
    const { keeper, meter, owner, lease } = this.#options;
    const place = this.#place;
    if (place === undefined) return "skipped";
    const startedAtMs = performance.now();
    this.#navigations?.reset();
    const workedMs = Math.round(this.#options.workedMs());
    const [page, state] = await Promise.all([
      placeOf(place.context, this.content?.page),
      place.isSession ? place.keepSession().then(() => undefined) : stateOf(place.context),
    ]);
    const content: CheckpointContent = {
      cursor,
      ...(page === undefined ? {} : { page }),
      ...(this.artifacts.length === 0 ? {} : { artifacts: [...this.artifacts] }),
      ...(state === undefined ? {} : { state }),
    };
    const json = JSON.stringify(content);
    const sequence = (this.#saved?.sequence ?? 0) + 1;
    const described = { sequence, stage, attempt: lease.attempt, workedMs };
    const saved = await keeper.save(owner, lease, described, content, this.#saved);
    if (saved.kind === "lost") return "lost";
    this.#saved = saved.value;
    this.#content = json;
    this.#advanced = true;
    this.#savedAtWorkedMs = workedMs;
    meter.checkpointed(saved.value.body, performance.now() - startedAtMs);
    return "saved";
  }
}
