/**
 * When progress that a strategy reports is written down. Each includes the ones before it:
 * `stage`: when its stage changes. `interval`: also when the last write is `intervalMs` ago. `navigation`: also whenever the
 * page has gone to another address since. Whatever the policy, progress is written before the job leaves its container.
 */
export const CHECKPOINT_POLICIES = ["stage", "interval", "navigation"] as const;
export type CheckpointPolicy = (typeof CHECKPOINT_POLICIES)[number];

export interface ReportedProgress {
  readonly stage: string;
  /** Of the last write, this attempt's or an earlier one's; undefined where there is none. */
  readonly lastStage: string | undefined;
  /** Since the last write of this attempt, or since its start. */
  readonly sinceMs: number;
  /** Whether the main frame has gone elsewhere since. */
  readonly navigated: boolean;
}

export function isCheckpointDue(policy: CheckpointPolicy, progress: ReportedProgress, intervalMs: number): boolean {
  if (progress.stage !== progress.lastStage) return true;
  if (policy !== "stage" && progress.sinceMs >= intervalMs) return true;
  return policy === "navigation" && progress.navigated;
}
