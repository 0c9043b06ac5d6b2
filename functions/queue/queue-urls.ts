import type { JobQueueName } from "../core/job/job-message.ts";

/** The queues that jobs come by. */
export interface JobQueueUrls {
  readonly express: string;
  readonly jobs: string;
  readonly sessionJobs: string;
}

export interface WorkerQueueUrls extends JobQueueUrls {
  readonly deadLetter: string;
  /** A FIFO queue, as the queue that it belongs to: SQS moves and redrives messages between queues of one kind only. */
  readonly sessionDeadLetter: string;
  readonly results: string;
}

/** In the order in which a container asks them. Session jobs come before others, because a session waits with them. */
export const JOB_QUEUES = ["express", "session-jobs", "jobs"] as const satisfies readonly JobQueueName[];

export function urlOf(queue: JobQueueName, urls: JobQueueUrls): string {
  return queue === "session-jobs" ? urls.sessionJobs : urls[queue];
}
