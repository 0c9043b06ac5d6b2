import { Stack, Validations } from "aws-cdk-lib";
import { Queue, RedrivePermission, type IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { visibilitySeconds, type StageConfiguration } from "../stage-configuration.ts";
import { EncryptedQueue, type EncryptedQueueProps } from "./encrypted-queue.ts";

export interface JobQueuesProps {
  readonly stage: StageConfiguration;
}

/** How long an operator may take over a dead-lettered message before SQS shows it again. */
const OPERATOR_SECONDS = 60;

/**
 * The queues that producers send jobs to, and their dead-letter queues: one of the two standard queues, and a FIFO one of
 * the FIFO queue, because SQS moves messages between queues of one kind only.
 *
 * The sources have physical names (`<stack>-express`, …): a dead-letter queue lists by ARN who may redrive from it, and
 * with generated names each would wait for the other. Nothing that Sublet would change in a queue replaces it, so the
 * names never stand in the way of an update.
 *
 * Of the FIFO queue's settings none but the kind is used: the message group is the session, and a job's id keeps a
 * repeated send from becoming a second message. SQS's limit for it is 300 requests a second of each kind.
 */
export class JobQueues extends Construct {
  readonly express: IQueue;
  readonly jobs: IQueue;
  readonly sessionJobs: IQueue;
  readonly deadLetter: IQueue;
  readonly sessionDeadLetter: IQueue;

  constructor(scope: Construct, id: string, props: JobQueuesProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const names = {
      express: `${stackName}-express`,
      jobs: `${stackName}-jobs`,
      sessionJobs: `${stackName}-session-jobs.fifo`,
      sessionDeadLetter: `${stackName}-session-dead-letter.fifo`,
    };
    const { stage } = props;
    this.deadLetter = this.#deadLetter("DeadLetter", stage, [names.express, names.jobs]);
    this.sessionDeadLetter = this.#deadLetter("SessionDeadLetter", stage, [names.sessionJobs], {
      queueName: names.sessionDeadLetter,
      fifo: true,
    });
    this.express = this.#source("Express", stage, this.deadLetter, { queueName: names.express });
    this.jobs = this.#source("Jobs", stage, this.deadLetter, { queueName: names.jobs });
    this.sessionJobs = this.#source("SessionJobs", stage, this.sessionDeadLetter, {
      queueName: names.sessionJobs,
      fifo: true,
    });
  }

  #source(id: string, stage: StageConfiguration, deadLetter: IQueue, props: QueueKind): IQueue {
    return new EncryptedQueue(this, id, {
      ...props,
      visibilitySeconds: visibilitySeconds(stage),
      retentionDays: stage.jobRetentionDays,
      deadLetterQueue: { queue: deadLetter, maxReceiveCount: stage.maxReceiveCount },
    });
  }

  #deadLetter(id: string, stage: StageConfiguration, sources: readonly string[], props: QueueKind = {}): IQueue {
    const sourceQueues = sources.map((resource) =>
      Queue.fromQueueArn(this, `Source-${resource}`, Stack.of(this).formatArn({ service: "sqs", resource })),
    );
    const queue = new EncryptedQueue(this, id, {
      ...props,
      visibilitySeconds: OPERATOR_SECONDS,
      retentionDays: stage.deadLetterRetentionDays,
      redriveAllowPolicy: { redrivePermission: RedrivePermission.BY_QUEUE, sourceQueues },
    });
    Validations.of(queue).acknowledge({ id: "AwsSolutions-SQS3", reason: "This is the dead-letter queue." });
    return queue;
  }
}

type QueueKind = Pick<EncryptedQueueProps, "queueName" | "fifo">;
