import type { ContextLease } from "../../browser/context-lease.ts";
import { isCheckpointDue, type CheckpointPolicy } from "../../core/checkpoint/checkpoint-policy.ts";
import type { Checkpoint, CheckpointContent } from "../../core/checkpoint/checkpoint.ts";
import type { DurabilityMeter } from "../../core/cost/durability-meter.ts";
import type { ArtifactReference } from "../../core/job/job-result.ts";
import type { Lease } from "../../core/lease/lease.ts";
import type { Log } from "../../core/logging/log.ts";
import type { StrategyProgress } from "../../strategies/contract/define-strategy.ts";
import { placeOf, stateOf } from "./capture.ts";
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
  /** Whether the job has left it, or is about to. */
  readonly isOver: boolean;
}

/** What a job goes on from: cursor and state of one moment. */
export interface ResumePoint {
  readonly progress: StrategyProgress;
  readonly content: CheckpointContent;
}

/** `skipped`: the last checkpoint stays. `lost`: the fence refused it. */
export type Saving = "saved" | "lost" | "skipped";

/** A write that is slower isn't waited for by a job that goes on elsewhere. */
const SETTLE_MAX_MS = 1_000;

/** How far a job has got, and what of that is durable: over all places that an attempt works in. */
export class JobProgress {
  readonly artifacts: ArtifactReference[];
  readonly #options: ProgressOptions;
  #saved: Checkpoint | undefined;
  /** What was saved last, but for the cursor: that is the strategy's own value, which it goes on changing, and so JSON. */
  #content: (Omit<CheckpointContent, "cursor"> & { readonly cursor: string | undefined }) | undefined;
  /** Of the last write that was tried: one without an answer may have been done. */
  #sequence: number;
  #advanced = false;
  #savedAtWorkedMs: number;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: ProgressOptions) {
    const { found } = options;
    this.#options = options;
    this.#saved = found?.checkpoint;
    this.#sequence = found?.checkpoint.sequence ?? 0;
    this.#content = found?.content && { ...found.content, cursor: JSON.stringify(found.content.cursor) };
    this.artifacts = [...(this.#content?.artifacts ?? [])];
    this.#savedAtWorkedMs = options.workedMs();
  }

  /** The last checkpoint; undefined at a job's start. Cursors are the caller's own. */
  get resumePoint(): ResumePoint | undefined {
    if (this.#content === undefined || this.#saved === undefined) return undefined;
    const cursor: unknown = this.#content.cursor === undefined ? undefined : JSON.parse(this.#content.cursor);
    return { progress: { stage: this.#saved.stage, cursor }, content: { ...this.#content, cursor } };
  }

  get saved(): Checkpoint | undefined {
    return this.#saved;
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
  }

  /** The job works from its last checkpoint on: files that came after it are written again. */
  begin(): void {
    this.artifacts.splice(0, this.artifacts.length, ...(this.#content?.artifacts ?? []));
    this.#savedAtWorkedMs = this.#options.workedMs();
  }

  isDue(stage: string, navigated: boolean): boolean {
    const { policy, intervalMs } = this.#options;
    return isCheckpointDue(
      policy,
      { stage, lastStage: this.#saved?.stage, sinceMs: this.atStakeMs, navigated },
      intervalMs,
    );
  }

  /** One report after the other, from whichever place it comes. */
  inTurn<Value>(report: () => Promise<Value>): Promise<Value> {
    const turn = this.#writing.then(report);
    this.#writing = turn.catch(() => {});
    return turn;
  }

  /** When the write under way is done, so that what comes of it is what the job goes on from. Bounded. */
  async settled(): Promise<void> {
    const enough = Promise.withResolvers<void>();
    const timer = setTimeout(enough.resolve, SETTLE_MAX_MS);
    await Promise.race([this.#writing, enough.promise]);
    clearTimeout(timer);
  }

  /** What can't be written now isn't the job's fault, and no reason to stop: the next report tries again. Never throws. */
  async save(place: Workplace, progress: StrategyProgress): Promise<Saving> {
    const { log, owner } = this.#options;
    try {
      return await this.#save(place, progress);
    } catch (error) {
      const { stage } = progress;
      log.warn("progress could not be written down; the last checkpoint stays", { job: owner.job, stage, error });
      return "skipped";
    }
  }

  async #save(place: Workplace, { stage, cursor }: StrategyProgress): Promise<Saving> {
    const { keeper, meter, owner, lease } = this.#options;
    const startedAtMs = performance.now();
    const workedMs = Math.round(this.#options.workedMs());
    const [page, state] = await Promise.all([
      placeOf(place.context, this.#content?.page),
      place.isSession ? place.keepSession().then(() => undefined) : stateOf(place.context, this.#content?.state),
    ]);
    // What was read of a context while it died may be the half of it.
    if (place.isOver || place.context.state().kind !== "leased") return "skipped";
    const rest = {
      ...(page === undefined ? {} : { page }),
      ...(this.artifacts.length === 0 ? {} : { artifacts: [...this.artifacts] }),
      ...(state === undefined ? {} : { state }),
    };
    const kept = { ...rest, cursor: JSON.stringify(cursor) };
    this.#sequence += 1;
    const described = { sequence: this.#sequence, stage, attempt: lease.attempt, workedMs };
    const saved = await keeper.save(owner, lease, described, { cursor, ...rest }, this.#saved);
    if (saved.kind === "lost") return "lost";
    this.#saved = saved.value;
    this.#content = kept;
    this.#advanced = true;
    this.#savedAtWorkedMs = workedMs;
    meter.checkpointed(saved.value.body, performance.now() - startedAtMs);
    return "saved";
  }
}
