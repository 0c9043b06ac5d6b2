import { PRIORITIES, queueOf, type Priority } from "../../functions/core/job/job-message.ts";
import type { JobEntry } from "./read-jobs.ts";

/** A message as it goes to SQS. */
export interface Outgoing {
  readonly line: number;
  readonly body: string;
  readonly queue: "express" | "jobs";
  /** Fair queues' group: the site. */
  readonly group: string | undefined;
  /** The job's own id where it can be read. */
  readonly id: string | undefined;
}

/** SQS's rule for MessageGroupId. */
const GROUP = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/u;

/** Reads off a message, valid or not, which way it goes: only its priority, site and id are looked at. */
export function outgoing({ line, text, parsed }: JobEntry): Outgoing {
  const value = parsed.kind === "json" && typeof parsed.value === "object" ? parsed.value : null;
  const { priority, site, id } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return {
    line,
    body: text,
    queue: isPriority(priority) ? queueOf(priority) : "jobs",
    group: typeof site === "string" && GROUP.test(site) ? site : undefined,
    id: typeof id === "string" && id !== "" ? id : undefined,
  };
}

function isPriority(value: unknown): value is Priority {
  return PRIORITIES.some((priority) => priority === value);
}
