import { z } from "zod";

import { CHECKPOINT_POLICIES } from "../checkpoint/checkpoint-policy.ts";

/** What a phase rolls out by: how many neighbours a job of this class tolerates is decided per class. */
export const JOB_CLASSES = ["discovery", "extraction", "live"] as const;
export type JobClass = (typeof JOB_CLASSES)[number];

/** Lowest first: the index is the rank that the wait queue orders by. */
export const PRIORITIES = ["low", "normal", "high", "critical"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const PROFILES = ["default", "stealth", "mobile"] as const;
export type Profile = (typeof PROFILES)[number];

/**
 * The limits of a job message. A message over `messageMaxBytes` is refused before it is parsed. The limit is ours: SQS
 * itself takes 1 MiB (Amazon SQS quotas, 2025-08), but a copy with its reason must fit into the dead-letter queue.
 */
export const JOB_LIMITS = {
  messageMaxBytes: 256 * 1024,
  /** Objects and arrays within each other; what reads a message recursively stays far from the stack's end. */
  nestingMax: 40,
  durationMinMs: 1_000,
  /** Longer than one invocation: such a job moves from container to container by its checkpoints. */
  durationMaxMs: 6 * 3_600_000,
  attemptsMax: 10,
  tagsMax: 10,
} as const;

/** Also the site of a session. */
export const hostname = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/u,
    "must be a host name in lower case, with an optional port, such as shop.example or localhost:8080",
  );

const identifier = (what: string) =>
  z
    .string()
    .min(1)
    .max(128)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/u, `must be ${what} of letters, digits, '.', '_', ':' or '-'`);

/** Also what a file of a session import is named by. */
export const sessionName = identifier("a session name");

const durationMs = z.int().min(JOB_LIMITS.durationMinMs).max(JOB_LIMITS.durationMaxMs);

/**
 * A job as a producer writes it: the body of one SQS message, in JSON. Unknown fields are refused by name, so that a
 * misspelt field is an error and not a silent default. `docs/jobs.md` describes each field.
 */
export const jobMessageSchema = z
  .strictObject({
    v: z.literal(1).describe("Version of this format. Always 1."),
    id: identifier("an id").describe(
      "The producer's name for this job. A second message with the same id is the same job: it runs once.",
    ),
    strategy: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,63}$/u, "must be a strategy name in kebab-case")
      .describe("What the job does in its page, such as `recipe` or `product-extraction`."),
    input: z
      .record(z.string(), z.json())
      .describe("The strategy's input; each strategy has a schema of its own (docs/strategies.md)."),
    class: z
      .enum(JOB_CLASSES)
      .optional()
      .describe("How many neighbours the job tolerates is decided per class. Default: the strategy's own class."),
    site: hostname.describe(
      "The site that the job works on. Producers send it as MessageGroupId too, so that one busy site can't starve the others.",
    ),
    priority: z
      .enum(PRIORITIES)
      .default("normal")
      .describe("`critical` and `high` travel by the express queue, `normal` and `low` by the jobs queue."),
    profile: z
      .enum(PROFILES)
      .default("default")
      .describe(
        "What the context looks like to the site: `default`, `stealth` (a fresh consistent fingerprint) or `mobile`.",
      ),
    session: sessionName
      .optional()
      .describe("Name of a stored login to run under (docs/sessions.md). Not together with `sessionPool`."),
    sessionPool: sessionName
      .optional()
      .describe("Name of a pool of logins: the job runs under whichever of them is next. Not together with `session`."),
    maxDurationMs: durationMs
      .default(300_000)
      .describe("Deadline of one attempt, in milliseconds from the moment that its context is leased."),
    estimatedDurationMs: durationMs
      .optional()
      .describe("What the producer expects one attempt to take; a container with less time left doesn't start it."),
    checkpoint: z
      .enum(CHECKPOINT_POLICIES)
      .optional()
      .describe(
        "When progress is written down: at each new `stage`, also at an `interval`, also after each `navigation`. Default: the fleet's setting.",
      ),
    noWait: z
      .boolean()
      .default(false)
      .describe("Don't wait for a slot in a busy container: give the message back to the queue at once."),
    handoff: z
      .enum(["never", "possible"])
      .default("never")
      .describe(
        "Whether the job may hand its page to a person. `possible` is not available in this version: such a job is rejected.",
      ),
    attempts: z
      .int()
      .min(1)
      .max(JOB_LIMITS.attemptsMax)
      .default(3)
      .describe("How often the job may be tried before its outcome is final."),
    tags: z
      .record(identifier("a tag name"), z.string().max(256))
      .refine((tags) => Object.keys(tags).length <= JOB_LIMITS.tagsMax, {
        error: `must hold at most ${JOB_LIMITS.tagsMax} tags`,
      })
      .default({})
      .describe("The producer's own labels; they come back in the result."),
  })
  .refine((job) => job.estimatedDurationMs === undefined || job.estimatedDurationMs <= job.maxDurationMs, {
    path: ["estimatedDurationMs"],
    error: "must not be over maxDurationMs",
  })
  .refine((job) => job.session === undefined || job.sessionPool === undefined, {
    path: ["sessionPool"],
    error: "must not be given together with session",
  })
  .meta({ title: "Sublet job message" });

/** A job after parsing: defaults filled in. */
export type Job = z.output<typeof jobMessageSchema>;
/** A job as a producer may write it: defaults left out. */
export type JobMessage = z.input<typeof jobMessageSchema>;

/** `session-jobs` is a FIFO queue whose message group is the session: SQS keeps a session's jobs in one container, in order. */
export type JobQueueName = "express" | "jobs" | "session-jobs";

/** The queue that a job of this priority travels by. One that names an `exclusive` or `pages` session goes by `session-jobs`. */
export function queueOf(priority: Priority): "express" | "jobs" {
  return priority === "critical" || priority === "high" ? "express" : "jobs";
}
