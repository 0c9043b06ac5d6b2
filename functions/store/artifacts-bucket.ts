/** What lies where in the artifact bucket. The stack that declares it and the stores that use it read the same lines. */
export const ARTIFACTS_BUCKET = {
  /** Files that jobs write, under the job's id. */
  artifactPrefix: "jobs/",
  /** Checkpoints that are too large for their job's record, under the job's id. */
  checkpointPrefix: "checkpoints/",
} as const;
