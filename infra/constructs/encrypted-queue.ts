import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Queue, QueueEncryption, type DeadLetterQueue, type RedriveAllowPolicy } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface EncryptedQueueProps {
  /** Physical name. Only where another resource has to know it before the queue exists. */
  readonly queueName?: string;
  /** Messages of a group one after the other, and repeated sends taken once. @default false, a standard queue */
  readonly fifo?: boolean;
  readonly visibilitySeconds: number;
  readonly retentionDays: number;
  readonly deadLetterQueue?: DeadLetterQueue;
  readonly redriveAllowPolicy?: RedriveAllowPolicy;
}

/**
 * A queue that takes TLS requests only and is encrypted under SQS's own key: unlike with KMS, a producer in
 * another account needs no right on a key, and a request costs nothing more.
 */
export class EncryptedQueue extends Queue {
  constructor(scope: Construct, id: string, props: EncryptedQueueProps) {
    super(scope, id, {
      ...(props.queueName === undefined ? {} : { queueName: props.queueName }),
      // CloudFormation knows no `false` here.
      ...(props.fifo === true ? { fifo: true } : {}),
      ...(props.deadLetterQueue === undefined ? {} : { deadLetterQueue: props.deadLetterQueue }),
      ...(props.redriveAllowPolicy === undefined ? {} : { redriveAllowPolicy: props.redriveAllowPolicy }),
      visibilityTimeout: Duration.seconds(props.visibilitySeconds),
      retentionPeriod: Duration.days(props.retentionDays),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
