import { z } from "zod";

import { CHECKPOINT_POLICIES } from "../core/checkpoint/checkpoint-policy.ts";
import { decimalNumber, wholeNumber, type ConfigurationOf } from "../core/configuration/configuration-table.ts";
import { PHASES } from "../core/phase/phase.ts";

const name = z.string().min(1);
const url = z.url({ protocol: /^https?$/u });
const endpoint = z.url({ protocol: /^(https?|wss?|playwright\+wss?)$/u }).optional();

/**
 * Every setting of the worker, in one table: read once when the container starts, immutable from then on. The fleet
 * stack sets the variables by these names; `docs/configuration.md` is made from this table.
 */
export const workerConfiguration = {
  leasesTable: { env: "SUBLET_LEASES_TABLE", schema: name, unit: "table name", doc: "Lease and job records." },
  artifactsBucket: { env: "SUBLET_ARTIFACTS_BUCKET", schema: name, unit: "bucket name", doc: "Files that jobs write." },
  expressQueueUrl: { env: "SUBLET_EXPRESS_QUEUE_URL", schema: url, unit: "URL", doc: "Critical and high jobs." },
  jobsQueueUrl: { env: "SUBLET_JOBS_QUEUE_URL", schema: url, unit: "URL", doc: "Normal and low jobs." },
  deadLetterQueueUrl: {
    env: "SUBLET_DEAD_LETTER_QUEUE_URL",
    schema: url,
    unit: "URL",
    doc: "Copies of rejected messages and of jobs whose last attempt failed.",
  },
  resultsQueueUrl: {
    env: "SUBLET_RESULTS_QUEUE_URL",
    schema: url,
    unit: "URL",
    doc: "One message for each ended job.",
  },
  sessionJobsQueueUrl: {
    env: "SUBLET_SESSION_JOBS_QUEUE_URL",
    schema: url,
    unit: "URL",
    doc: "FIFO queue of jobs that name an `exclusive` or `pages` session; the message group is the session.",
  },
  sessionDeadLetterQueueUrl: {
    env: "SUBLET_SESSION_DEAD_LETTER_QUEUE_URL",
    schema: url,
    unit: "URL",
    doc: "The same copies for messages of the FIFO queue.",
  },
  sessionsTable: {
    env: "SUBLET_SESSIONS_TABLE",
    schema: name,
    unit: "table name",
    doc: "Sessions: leases, health and sealed state.",
  },
  sessionKeyArn: {
    env: "SUBLET_SESSION_KEY_ARN",
    schema: z.string().regex(/^arn:[\w-]+:kms:/u, "must be the ARN of a KMS key"),
    unit: "ARN",
    doc: "KMS key that session state is sealed under.",
  },
  memoryMiB: {
    env: "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    schema: wholeNumber(512, 10_240),
    unit: "MiB",
    doc: "Memory of the container. Lambda sets it.",
  },

  phase: {
    env: "SUBLET_PHASE",
    schema: z.enum(PHASES).default("C"),
    unit: "phase",
    doc: "Which phase is live: A (3 contexts a browser, discovery), B (6, extraction) or C (10, all classes).",
  },
  maxSlots: {
    env: "SUBLET_MAX_SLOTS",
    schema: wholeNumber(1, 50).default(50),
    unit: "slots",
    doc: "Upper limit of jobs in one browser, whatever phase, memory and CPU allow.",
  },
  baseMiB: {
    env: "SUBLET_BASE_MIB",
    schema: wholeNumber(100, 4_096).default(450),
    unit: "MiB",
    doc: "Memory of Node and of Chromium's own processes, before the first context.",
  },
  slotMiB: {
    env: "SUBLET_SLOT_MIB",
    schema: wholeNumber(10, 4_096).default(120),
    unit: "MiB",
    doc: "Memory that a busy slot takes.",
  },
  slotVcpu: {
    env: "SUBLET_SLOT_VCPU",
    schema: decimalNumber(0.01, 4).default(0.11),
    unit: "vCPU",
    doc: "Share of one vCPU that a busy slot takes.",
  },

  ageingMs: {
    env: "SUBLET_AGEING_MS",
    schema: wholeNumber(100, 600_000).default(15_000),
    unit: "milliseconds",
    doc: "A waiting job rises by one priority for each such time, so that nobody starves.",
  },
  waitLimitMs: {
    env: "SUBLET_WAIT_LIMIT_MS",
    schema: wholeNumber(0, 840_000).default(60_000),
    unit: "milliseconds",
    doc: "How long a job waits for a slot here before its message goes back to the queue.",
  },
  queueLimit: {
    env: "SUBLET_QUEUE_LIMIT",
    schema: wholeNumber(0, 1_000).default(50),
    unit: "jobs",
    doc: "How many jobs wait in one container; further messages go back to the queue at once.",
  },
  defaultEstimateMs: {
    env: "SUBLET_DEFAULT_ESTIMATE_MS",
    schema: wholeNumber(1, 840_000).default(15_000),
    unit: "milliseconds",
    doc: "How long a job is taken to need when it doesn't say; a container with less time left doesn't start it.",
  },
  drainMarginMs: {
    env: "SUBLET_DRAIN_MARGIN_MS",
    schema: wholeNumber(500, 120_000).default(20_000),
    unit: "milliseconds",
    doc: "How long before the end of the invocation the container stops work, and gives back what still runs.",
  },

  moveMarginMs: {
    env: "SUBLET_MOVE_MARGIN_MS",
    schema: wholeNumber(0, 600_000).default(90_000),
    unit: "milliseconds",
    doc: "How long before the end of the invocation jobs that won't be done by then go on in another container, each from its next checkpoint.",
  },
  longJobMs: {
    env: "SUBLET_LONG_JOB_MS",
    schema: wholeNumber(1_000, 840_000).default(300_000),
    unit: "milliseconds",
    doc: "A job that takes longer than this starts where so much time is left, and moves on when it is over.",
  },
  preemptionGraceMs: {
    env: "SUBLET_PREEMPTION_GRACE_MS",
    schema: wholeNumber(0, 60_000).default(2_000),
    unit: "milliseconds",
    doc: "How long a job whose slot critical work takes has to come to a checkpoint; after that it goes back to its last one.",
  },
  expressPollMs: {
    env: "SUBLET_EXPRESS_POLL_MS",
    schema: wholeNumber(0, 60_000).default(2_000),
    unit: "milliseconds",
    doc: "How often a full container asks the express queue for critical work that may displace others. 0: never.",
  },
  ordersMs: {
    env: "SUBLET_ORDERS_MS",
    schema: wholeNumber(100, 60_000).default(2_000),
    unit: "milliseconds",
    doc: "How often an invocation reads what operators have ordered: drain and kill.",
  },

  checkpointPolicy: {
    env: "SUBLET_CHECKPOINT",
    schema: z.enum(CHECKPOINT_POLICIES).default("interval"),
    unit: "policy",
    doc: "When progress is written down, where the job doesn't say: at each new `stage`, also at an `interval`, also after each `navigation`.",
  },
  checkpointIntervalMs: {
    env: "SUBLET_CHECKPOINT_INTERVAL_MS",
    schema: wholeNumber(0, 600_000).default(5_000),
    unit: "milliseconds",
    doc: "The interval of the policies `interval` and `navigation`.",
  },

  leaseMs: {
    env: "SUBLET_LEASE_MS",
    schema: wholeNumber(1_000, 600_000).default(60_000),
    unit: "milliseconds",
    doc: "How long a lease lasts without renewal. A dead container's jobs are free after this time and the skew margin.",
  },
  renewalMs: {
    env: "SUBLET_RENEWAL_MS",
    schema: wholeNumber(200, 120_000).default(20_000),
    unit: "milliseconds",
    doc: "How often leases are renewed and messages are kept hidden. At most a third of lease and visibility.",
  },
  visibilitySeconds: {
    env: "SUBLET_VISIBILITY_SECONDS",
    schema: wholeNumber(2, 900).default(60),
    unit: "seconds",
    doc: "How long a message stays hidden without renewal: a dead container's messages are back after this time.",
  },

  refillMs: {
    env: "SUBLET_REFILL_MS",
    schema: wholeNumber(0, 840_000).default(300_000),
    unit: "milliseconds",
    doc: "How long one invocation takes further jobs from the queues. The limit lets the fleet shrink. 0: no refill.",
  },
  refillJobs: {
    env: "SUBLET_REFILL_JOBS",
    schema: wholeNumber(0, 100_000).default(2_000),
    unit: "jobs",
    doc: "How many further jobs one invocation takes.",
  },
  refillPollMs: {
    env: "SUBLET_REFILL_POLL_MS",
    schema: wholeNumber(50, 60_000).default(500),
    unit: "milliseconds",
    doc: "How long a container with free slots waits after an empty queue before it asks again, while other jobs run.",
  },

  sessionWaitMs: {
    env: "SUBLET_SESSION_WAIT_MS",
    schema: wholeNumber(0, 600_000).default(5_000),
    unit: "milliseconds",
    doc: "How long a job waits for a session that another container holds before its message goes back to the queue.",
  },
  sessionLeaseMs: {
    env: "SUBLET_SESSION_LEASE_MS",
    schema: wholeNumber(1_000, 600_000).default(60_000),
    unit: "milliseconds",
    doc: "How long a session's lease lasts without renewal: a dead container's sessions are free after this time.",
  },
  sessionLoginMs: {
    env: "SUBLET_SESSION_LOGIN_MS",
    schema: wholeNumber(1_000, 600_000).default(60_000),
    unit: "milliseconds",
    doc: "Limit of one login, and how long followers wait for the container that logs in.",
  },
  sessionLingerMs: {
    env: "SUBLET_SESSION_LINGER_MS",
    schema: wholeNumber(0, 60_000).default(2_000),
    unit: "milliseconds",
    doc: "How long a `pages` session's context stays open for the next job when the last one has left.",
  },
  sessionSyncMs: {
    env: "SUBLET_SESSION_SYNC_MS",
    schema: wholeNumber(100, 60_000).default(1_000),
    unit: "milliseconds",
    doc: "How often a `shared` session's changed cookies are looked at, and told to the other containers, while a job runs.",
  },
  sessionRecheckMs: {
    env: "SUBLET_SESSION_RECHECK_MS",
    schema: wholeNumber(100, 3_600_000).default(60_000),
    unit: "milliseconds",
    doc: "When a session that was put aside is looked at again; each further time in a row twice as late, to an hour.",
  },
  sessions: {
    env: "SUBLET_SESSIONS",
    schema: z.string().max(200_000).optional(),
    unit: "JSON",
    doc: "Sessions to create at the start if they don't exist: a list of id, statePath and endpoint, or the path of a file with one.",
  },

  chromiumDir: {
    env: "SUBLET_CHROMIUM_DIR",
    schema: z.string().min(1).default("/opt/chromium"),
    unit: "path",
    doc: "Where the layer's Chromium lies.",
  },
  pristineDefault: {
    env: "SUBLET_PRISTINE_DEFAULT",
    schema: wholeNumber(0, 50).default(2),
    unit: "contexts",
    doc: "How many contexts of the profile `default` are kept ready ahead of demand.",
  },
  pristineStealth: {
    env: "SUBLET_PRISTINE_STEALTH",
    schema: wholeNumber(0, 50).default(0),
    unit: "contexts",
    doc: "How many contexts of the profile `stealth` are kept ready ahead of demand.",
  },
  pristineMobile: {
    env: "SUBLET_PRISTINE_MOBILE",
    schema: wholeNumber(0, 50).default(0),
    unit: "contexts",
    doc: "How many contexts of the profile `mobile` are kept ready ahead of demand.",
  },
  affinityTtlMs: {
    env: "SUBLET_AFFINITY_TTL_MS",
    schema: wholeNumber(0, 600_000).default(0),
    unit: "milliseconds",
    doc: "How long a context stays warm for its own site, for strategies that opt in. 0: every job gets a pristine one.",
  },
  retireAfterUses: {
    env: "SUBLET_RETIRE_AFTER_USES",
    schema: wholeNumber(1, 1_000_000).default(1_000),
    unit: "contexts",
    doc: "After how many contexts a browser is replaced.",
  },
  retireAfterMs: {
    env: "SUBLET_RETIRE_AFTER_MS",
    schema: wholeNumber(1_000, 86_400_000).default(3_600_000),
    unit: "milliseconds",
    doc: "After what age a browser is replaced.",
  },
  slowdownFactor: {
    env: "SUBLET_SLOWDOWN_FACTOR",
    schema: decimalNumber(1.1, 100).default(4),
    unit: "ratio",
    doc: "A browser whose contexts open this much slower than its first ones is replaced.",
  },
  wearFactor: {
    env: "SUBLET_WEAR_FACTOR",
    schema: decimalNumber(1.1, 100).default(4),
    unit: "ratio",
    doc: "A used context whose navigations take this much longer than a fresh one's is replaced.",
  },
  evictAtRatio: {
    env: "SUBLET_EVICT_RATIO",
    schema: decimalNumber(0.5, 1).default(0.9),
    unit: "ratio",
    doc: "When so much of the container's memory is taken, the job with the largest page goes on alone, before Lambda ends them all.",
  },
  tempReserveMiB: {
    env: "SUBLET_TEMP_RESERVE_MIB",
    schema: wholeNumber(0, 10_240).default(100),
    unit: "MiB",
    doc: "Room in /tmp that stays free; a container with less takes no more jobs.",
  },
  pingMs: {
    env: "SUBLET_PING_MS",
    schema: wholeNumber(100, 60_000).default(2_000),
    unit: "milliseconds",
    doc: "How often a browser at work is asked whether it still answers. One that doesn't, twice in a row, is replaced.",
  },
  launchDeadlineMs: {
    env: "SUBLET_LAUNCH_DEADLINE_MS",
    schema: wholeNumber(500, 60_000).default(8_000),
    unit: "milliseconds",
    doc: "Limit of one launch of Chromium, its self-test not included. Under Lambda's 10 s of initialization.",
  },
  openDeadlineMs: {
    env: "SUBLET_OPEN_DEADLINE_MS",
    schema: wholeNumber(100, 60_000).default(10_000),
    unit: "milliseconds",
    doc: "Limit of opening one context with its page.",
  },
  closeDeadlineMs: {
    env: "SUBLET_CLOSE_DEADLINE_MS",
    schema: wholeNumber(100, 60_000).default(5_000),
    unit: "milliseconds",
    doc: "Limit of closing one context; a browser that misses it is replaced.",
  },
  endpoint: {
    env: "SUBLET_BROWSER_ENDPOINT",
    schema: endpoint,
    unit: "URL",
    doc: "Use this running browser (CDP or Playwright endpoint) and launch none.",
  },
  overflowEndpoint: {
    env: "SUBLET_OVERFLOW_ENDPOINT",
    schema: endpoint,
    unit: "URL",
    doc: "Open contexts in this browser when the launched one has no room.",
  },
  retentionDays: {
    env: "SUBLET_RETENTION_DAYS",
    schema: wholeNumber(15, 3_650).default(30),
    unit: "days",
    doc: "How long a job's record stays after its last use; longer than SQS keeps a message, so that no late duplicate runs.",
  },
  logLevel: {
    env: "SUBLET_LOG_LEVEL",
    schema: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]).default("INFO"),
    unit: "level",
    doc: "Least level of log lines.",
  },
} as const;

export type WorkerConfiguration = ConfigurationOf<typeof workerConfiguration>;
