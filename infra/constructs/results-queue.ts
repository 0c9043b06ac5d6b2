import { Validations } from "aws-cdk-lib";
import { Construct } from "constructs";

import { EncryptedQueue } from "./encrypted-queue.ts";

export interface ResultsQueueProps {
  readonly retentionDays: number;
}

/** How long a reader may take over a result before SQS shows it to another one. */
const READER_SECONDS = 60;

/** One message for each ended job. Its reader is the producer's own program. */
export class ResultsQueue extends Construct {
  readonly queue: EncryptedQueue;

  constructor(scope: Construct, id: string, props: ResultsQueueProps) {
    super(scope, id);
    this.queue = new EncryptedQueue(this, "Queue", {
      visibilitySeconds: READER_SECONDS,
      retentionDays: props.retentionDays,
    });
    Validations.of(this.queue).acknowledge({
      id: "AwsSolutions-SQS3",
      reason:
        "A result is well-formed by construction and also stands in the job's record, so nothing is lost when a " +
        "message expires. Moving results aside after some receives would hide them from a reader that was down.",
    });
  }
}
