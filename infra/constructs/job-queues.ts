import { Stack, Validations } from "aws-cdk-lib";
import { Queue, RedrivePermission, type IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { visibilitySeconds, type StageConfiguration } from "../stage-configuration.ts";
import { EncryptedQueue } from "./encrypted-queue.ts";

export interface JobQueuesProps {
  readonly stage: StageConfiguration;
}

/** How long an operator may take over a dead-lettered message before SQS shows it again. */
const OPERATOR_SECONDS = 60;

/**
 * The two queues that producers send jobs to, and the dead-letter queue of both.
 *
 * Express and jobs have physical names (`<stack>-express`, `<stack>-jobs`): the dead-letter queue lists by ARN who may
 * redrive from it, and with generated names each would wait for the other. Nothing that CloudFormation can change in
 * a standard queue replaces it, so the names never stand in the way of an update.
 */
export class JobQueues extends Construct {
  readonly express: IQueue;
  readonly jobs: IQueue;
  readonly deadLetter: IQueue;

  constructor(scope: Construct, id: string, props: JobQueuesProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const names = { express: `${stack.stackName}-express`, jobs: `${stack.stackName}-jobs` };
    const sourceQueues = Object.values(names).map((resource) =>
      Queue.fromQueueArn(this, `Source-${resource}`, stack.formatArn({ service: "sqs", resource })),
    );
    const deadLetter = new EncryptedQueue(this, "DeadLetter", {
      visibilitySeconds: OPERATOR_SECONDS,
      retentionDays: props.stage.deadLetterRetentionDays,
      redriveAllowPolicy: { redrivePermission: RedrivePermission.BY_QUEUE, sourceQueues },
    });
    Validations.of(deadLetter).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "This is the dead-letter queue.",
    });
    const source = {
      visibilitySeconds: visibilitySeconds(props.stage),
      retentionDays: props.stage.jobRetentionDays,
      deadLetterQueue: { queue: deadLetter, maxReceiveCount: props.stage.maxReceiveCount },
    };
    this.express = new EncryptedQueue(this, "Express", { ...source, queueName: names.express });
    this.jobs = new EncryptedQueue(this, "Jobs", { ...source, queueName: names.jobs });
    this.deadLetter = deadLetter;
  }
}
