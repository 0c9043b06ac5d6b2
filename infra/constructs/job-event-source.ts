import { Duration } from "aws-cdk-lib";
import { EventSourceMapping, type IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

export interface JobEventSourceProps {
  readonly queue: IQueue;
  readonly worker: IFunction;
  /** Messages in one batch: as many as a browser has slots. At most 10 from a FIFO queue (Lambda's rule). */
  readonly batchSize: number;
  /**
   * Seconds that Lambda gathers messages into a batch. At least 1 for batches over 10, and absent for a FIFO queue
   * (Lambda's rules).
   */
  readonly windowSeconds?: number;
  /** Containers that this queue may occupy, 2 to 1,000. */
  readonly maxConcurrency: number;
}

/**
 * Lambda polls the queue and starts the worker with batches. Without a window and a limit on concurrency it hands each
 * message to a container of its own, and contexts never share a browser.
 */
export class JobEventSource extends Construct {
  constructor(scope: Construct, id: string, props: JobEventSourceProps) {
    super(scope, id);
    new EventSourceMapping(this, "Mapping", {
      target: props.worker,
      eventSourceArn: props.queue.queueArn,
      batchSize: props.batchSize,
      ...(props.windowSeconds === undefined ? {} : { maxBatchingWindow: Duration.seconds(props.windowSeconds) }),
      maxConcurrency: props.maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}
