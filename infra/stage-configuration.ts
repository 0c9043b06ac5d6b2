import { z } from "zod";

import { PHASE_SIZES } from "./phase-sizes.ts";

const days = (max: number) => z.int().min(1).max(max);

/** Amazon's rule for queues that Lambda polls: hide a message for at least six times the function's timeout. */
const VISIBILITY_PER_TIMEOUT = 6;

/** What differs between stages. Everything else is the same in all of them. */
export const stageConfigurationSchema = z
  .strictObject({
    phase: z
      .enum(Object.keys(PHASE_SIZES) as (keyof typeof PHASE_SIZES)[])
      .describe("The phase that is live, A, B or C: contexts in a browser, and by them memory, /tmp and batch size."),
    functionTimeoutSeconds: z
      .int()
      .min(60)
      .max(900)
      .describe("Seconds that one invocation may take, 60 to 900 (Lambda's limit). Longer ones fill slots better."),
    expressConcurrency: z
      .int()
      .min(2)
      .max(1_000)
      .describe("Containers that express jobs may occupy, 2 to 1,000 (MaximumConcurrency of the event source)."),
    jobsConcurrency: z.int().min(2).max(1_000).describe("Containers that normal and low jobs may occupy, 2 to 1,000."),
    sessionConcurrency: z
      .int()
      .min(2)
      .max(1_000)
      .describe(
        "Containers that jobs of `exclusive` and `pages` sessions may occupy, 2 to 1,000. Of one session's jobs only one " +
          "batch is under way at a time, so more containers than such sessions stay idle.",
      ),
    expressWindowSeconds: z
      .int()
      .min(0)
      .max(300)
      .describe("Seconds that Lambda gathers express jobs into one batch, 0 to 300. 0: a lone job starts at once."),
    jobsWindowSeconds: z
      .int()
      .min(0)
      .max(300)
      .describe("Seconds that Lambda gathers other jobs, 0 to 300. Without a window each container gets one job."),
    maxReceiveCount: z
      .int()
      .min(10)
      .max(1_000)
      .describe(
        "Receives before SQS itself moves a message to the dead-letter queue, 10 to 1,000. A safety net only: the " +
          "worker counts attempts in the job's record, and a job given back without fault is received once more.",
      ),
    jobRetentionDays: days(14).describe("Days that SQS keeps a waiting job, 1 to 14."),
    deadLetterRetentionDays: days(14).describe(
      "Days that SQS keeps a dead-lettered message, 1 to 14, counted from its first sending: more than jobRetentionDays.",
    ),
    resultRetentionDays: days(14).describe("Days that SQS keeps an unread result, 1 to 14. The job's record stays."),
    recordRetentionDays: z
      .int()
      .min(15)
      .max(3_650)
      .describe(
        "Days that a job's record stays after its last use, 15 to 3,650: longer than SQS keeps any message, so that a " +
          "late duplicate still finds the record and isn't run. Checkpoints in S3 stay as long.",
      ),
    artifactExpiryDays: days(3_650).describe("Days after which S3 removes a job's files, 1 to 3,650."),
    logRetentionDays: z
      .union([z.literal(7), z.literal(14), z.literal(30), z.literal(90), z.literal(365)])
      .describe("Days that CloudWatch keeps the worker's log: 7, 14, 30, 90 or 365."),
    logLevel: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]).describe("Least level of the worker's log lines."),
    keepState: z
      .boolean()
      .describe(
        "Whether tables, key, bucket and log outlive their stack, and stacks refuse to be deleted: true in production.",
      ),
  })
  .refine((stage) => stage.deadLetterRetentionDays > stage.jobRetentionDays, {
    path: ["deadLetterRetentionDays"],
    error: "must be over jobRetentionDays: a standard queue counts retention from the first sending",
  })
  .refine((stage) => stage.maxReceiveCount * visibilitySeconds(stage) < stage.jobRetentionDays * 86_400, {
    path: ["maxReceiveCount"],
    error:
      "times the visibility timeout must be under jobRetentionDays: else a message expires before it is dead-lettered",
  });

export type StageConfiguration = z.output<typeof stageConfigurationSchema>;

/** Seconds that a message stays hidden once Lambda received it, until the worker shortens it. */
export function visibilitySeconds(stage: { readonly functionTimeoutSeconds: number }): number {
  return VISIBILITY_PER_TIMEOUT * stage.functionTimeoutSeconds;
}
