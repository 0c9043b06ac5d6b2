import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";

import type { Target } from "./target/target.ts";

const QUEUES = {
  express: "ExpressQueueUrl",
  "session-jobs": "SessionJobsQueueUrl",
  jobs: "JobsQueueUrl",
  "dead-letter": "DeadLetterQueueUrl",
  "session-dead-letter": "SessionDeadLetterQueueUrl",
  results: "ResultsQueueUrl",
} as const;

/** The queues that jobs wait in. */
export const JOB_QUEUES: readonly QueueDepth["queue"][] = ["express", "session-jobs", "jobs"];

/** What stands in a queue. The numbers are SQS's own approximations. */
export interface QueueDepth {
  readonly queue: keyof typeof QUEUES;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** One request for each queue. */
export async function readQueueDepths(target: Pick<Target, "sqs" | "outputs">): Promise<QueueDepth[]> {
  const queues = Object.keys(QUEUES) as QueueDepth["queue"][];
  return Promise.all(queues.map((queue) => depthOf(target, queue)));
}

async function depthOf({ sqs, outputs }: Pick<Target, "sqs" | "outputs">, queue: QueueDepth["queue"]) {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: outputs[QUEUES[queue]],
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ],
    }),
  );
  return {
    queue,
    visible: Number(Attributes?.["ApproximateNumberOfMessages"]),
    inFlight: Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]),
    delayed: Number(Attributes?.["ApproximateNumberOfMessagesDelayed"]),
  };
}
