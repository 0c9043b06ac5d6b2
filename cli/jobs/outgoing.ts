import { PRIORITIES, queueOf, type JobQueueName, type Priority } from "../../functions/core/job/job-message.ts";
import type { SessionPolicy } from "../../functions/core/session/session.ts";
import type { JobEntry } from "./read-jobs.ts";

/** A message as it goes to SQS. */
export interface Outgoing {
  readonly line: number;
  readonly body: string;
  readonly queue: JobQueueName;
  /** Of `session-jobs` the session, of fair queues the site. */
  readonly group: string | undefined;
  /** The job's own id where it can be read; on `session-jobs` SQS drops repetitions by it. */
  readonly id: string | undefined;
}

/** SQS's rule for MessageGroupId and MessageDeduplicationId. */
const SQS_NAME = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/u;

/**
 * Reads off a message, valid or not, which way it goes: only its priority, site, session and id are looked at.
 * @param policies of the sessions that exist; a job of any other goes by its priority
 */
export function outgoing(
  { line, text, parsed }: JobEntry,
  policies: ReadonlyMap<string, SessionPolicy> = new Map(),
): Outgoing {
  const value = parsed.kind === "json" && typeof parsed.value === "object" ? parsed.value : null;
  const { priority, site, id, session } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const common = { line, body: text, id: typeof id === "string" && id !== "" ? id : undefined };
  if (typeof session === "string" && isOneByOne(policies.get(session)) && isSqsName(common.id)) {
    return { ...common, queue: "session-jobs", group: session };
  }
  return {
    ...common,
    queue: isPriority(priority) ? queueOf(priority) : "jobs",
    group: isSqsName(site) ? site : undefined,
  };
}

/** Sessions whose jobs one container runs at a time: SQS keeps them together. A `shared` one's jobs go anywhere. */
function isOneByOne(policy: SessionPolicy | undefined): boolean {
  return policy === "exclusive" || policy === "pages";
}

function isSqsName(value: unknown): value is string {
  return typeof value === "string" && SQS_NAME.test(value);
}

function isPriority(value: unknown): value is Priority {
  return PRIORITIES.some((priority) => priority === value);
}
