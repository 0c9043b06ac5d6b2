import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

import type { LocalStack } from "../../local/start-local-stack.ts";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const RECEIVE_MAX = 10;

export interface Received {
  readonly body: string;
  readonly atMs: number;
}

/** Plain SQS, past the proxies: a producer's and an observer's, whom no fault shall meet. */
export class Queues {
  readonly #sqs: SQSClient;

  constructor({ endpoints, region }: LocalStack) {
    this.#sqs = new SQSClient({ endpoint: endpoints.sqs, region, credentials: CREDENTIALS });
  }

  /** @returns the message's id */
  async send(queueUrl: string, body: string, group: string): Promise<string> {
    const sent = await this.#sqs.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageGroupId: group }),
    );
    return sent.MessageId ?? "";
  }

  /** Takes messages for good; waits so long for the first. */
  async take(queueUrl: string, waitSeconds: number): Promise<Received[]> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: RECEIVE_MAX, WaitTimeSeconds: waitSeconds }),
    );
    if (Messages.length === 0) return [];
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    return Messages.map(({ Body = "" }) => ({ body: Body, atMs: Date.now() }));
  }

  async takeAll(queueUrl: string): Promise<Received[]> {
    const all: Received[] = [];
    for (;;) {
      const some = await this.take(queueUrl, 0);
      if (some.length === 0) return all;
      all.push(...some);
    }
  }

  /** Messages that wait, and those in some container's hands. */
  async depth(queueUrl: string): Promise<number> {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
  }

  async setVisibility(queueUrl: string, seconds: number): Promise<void> {
    const Attributes = { VisibilityTimeout: String(seconds) };
    await this.#sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes }));
  }

  close(): void {
    this.#sqs.destroy();
  }
}
