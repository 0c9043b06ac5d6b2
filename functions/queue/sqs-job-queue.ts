import { randomUUID } from "node:crypto";

import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSServiceException,
  type BatchResultErrorEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";

import type { JobQueueName } from "../core/job/job-message.ts";
import type { JobQueue, ReceivedMessage } from "../core/job/job-queue.ts";
import type { JobResult } from "../core/job/job-result.ts";
import { QueueUnavailable, TooLarge } from "../core/job/store-failures.ts";
import { deadLetterCopy } from "./dead-letter.ts";
import {
  MESSAGE_ATTRIBUTE,
  SQS_BATCH_MAX,
  SQS_MESSAGE_MAX_BYTES,
  VISIBILITY_MAX_SECONDS,
} from "./message-attributes.ts";
import { JOB_QUEUES, urlOf, type WorkerQueueUrls } from "./queue-urls.ts";
import { fromReceivedMessage } from "./received-message.ts";
import { sqsJson } from "./sqs-text.ts";

export class SqsJobQueue implements JobQueue {
  readonly #client: SQSClient;
  readonly #urls: WorkerQueueUrls;
  readonly #visibilitySeconds: number;

  /** @param visibilitySeconds how long a message received here stays hidden, so that it needs no `extend` of its own */
  constructor(client: SQSClient, urls: WorkerQueueUrls, visibilitySeconds: number) {
    this.#client = client;
    this.#urls = urls;
    this.#visibilitySeconds = wholeVisibility(visibilitySeconds);
  }

  async receive(max: number, from: readonly JobQueueName[] = JOB_QUEUES): Promise<ReceivedMessage[]> {
    const received: ReceivedMessage[] = [];
    for (const queue of JOB_QUEUES.filter((one) => from.includes(one))) {
      let asked = 0;
      let got = 0;
      do {
        asked = Math.min(SQS_BATCH_MAX, max - received.length);
        if (asked <= 0) return received;
        try {
          const messages = await this.#receiveFrom(queue, asked);
          got = messages.length;
          received.push(...messages);
        } catch (error) {
          // What is in hand already is hidden from everybody else, so it must reach the caller.
          if (received.length > 0) return received;
          throw error;
        }
      } while (got === asked);
    }
    return received;
  }

  async extend(messages: readonly ReceivedMessage[], seconds: number): Promise<readonly string[]> {
    const batches = JOB_QUEUES.flatMap((queue) =>
      inBatches(messages.filter((message) => message.queue === queue)).map((batch) => ({ queue, batch })),
    );
    // One batch that fails must not keep the others from being sent.
    const settled = await Promise.allSettled(
      batches.map(async ({ queue, batch }) =>
        this.#extendBatch(urlOf(queue, this.#urls), batch, wholeVisibility(seconds)),
      ),
    );
    const failed = settled.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  }

  async giveBack(message: ReceivedMessage, delaySeconds: number): Promise<void> {
    await this.#unlessReceiptIsOld(
      "giveBack",
      this.#client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: urlOf(message.queue, this.#urls),
          ReceiptHandle: message.receiptHandle,
          VisibilityTimeout: wholeVisibility(delaySeconds),
        }),
      ),
    );
  }

  async remove(message: ReceivedMessage): Promise<void> {
    await this.#unlessReceiptIsOld(
      "remove",
      this.#client.send(
        new DeleteMessageCommand({ QueueUrl: urlOf(message.queue, this.#urls), ReceiptHandle: message.receiptHandle }),
      ),
    );
  }

  async deadLetter(message: ReceivedMessage, reason: string, fence?: number): Promise<void> {
    const copy = new SendMessageCommand(deadLetterCopy(message, this.#urls, reason, fence));
    await unavailable("deadLetter", this.#client.send(copy));
  }

  async publish(result: JobResult): Promise<void> {
    const body = sqsJson(result);
    const bytes = Buffer.byteLength(body);
    if (bytes > SQS_MESSAGE_MAX_BYTES) throw new TooLarge("the result message", bytes, SQS_MESSAGE_MAX_BYTES);
    await unavailable(
      "publish",
      this.#client.send(new SendMessageCommand({ QueueUrl: this.#urls.results, MessageBody: body })),
    );
  }

  async #receiveFrom(queue: ReceivedMessage["queue"], max: number): Promise<ReceivedMessage[]> {
    const answer = await unavailable(
      "receive",
      this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: urlOf(queue, this.#urls),
          MaxNumberOfMessages: max,
          WaitTimeSeconds: 0,
          VisibilityTimeout: this.#visibilitySeconds,
          MessageSystemAttributeNames: ["SentTimestamp", "ApproximateReceiveCount", "MessageGroupId"],
          MessageAttributeNames: [MESSAGE_ATTRIBUTE.fence],
          // When an answer is lost on the way, the SDK asks again, and by this id it gets the same messages. Without it
          // their sessions would stand still until the messages show again.
          ...(queue === "session-jobs" ? { ReceiveRequestAttemptId: randomUUID() } : {}),
        }),
      ),
    );
    return (answer.Messages ?? []).map((message) => fromReceivedMessage(message, queue));
  }

  async #extendBatch(url: string, batch: readonly ReceivedMessage[], seconds: number): Promise<string[]> {
    const answer = await unavailable(
      "extend",
      this.#client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: url,
          Entries: batch.map(({ receiptHandle }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          })),
        }),
      ),
    );
    const failed = answer.Failed ?? [];
    const ofService = failed.find((entry) => entry.SenderFault !== true);
    if (ofService) throw new QueueUnavailable("extend", describeEntry(ofService));
    return failed.flatMap((entry) => batch[Number(entry.Id)]?.messageId ?? []);
  }

  async #unlessReceiptIsOld(operation: string, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      if (!isOldReceipt(error)) throw new QueueUnavailable(operation, error);
    }
  }
}

/**
 * The ways in which SQS says that a receipt is no longer good: the message is visible again, gone, or received anew. A
 * message that was hidden for 12 hours in all is said to have an invalid parameter.
 */
function isOldReceipt(error: unknown): boolean {
  if (!(error instanceof SQSServiceException)) return false;
  if (/ReceiptHandleIsInvalid|MessageNotInflight/u.test(error.name)) return true;
  return error.name.startsWith("InvalidParameterValue") && /ReceiptHandle|visibility timeout/iu.test(error.message);
}

function describeEntry({ Code, Message }: BatchResultErrorEntry): string {
  return `${Code}: ${Message}`;
}

function inBatches<Entry>(entries: readonly Entry[]): Entry[][] {
  return Array.from({ length: Math.ceil(entries.length / SQS_BATCH_MAX) }, (_, index) =>
    entries.slice(index * SQS_BATCH_MAX, (index + 1) * SQS_BATCH_MAX),
  );
}

function wholeVisibility(seconds: number): number {
  return Math.min(VISIBILITY_MAX_SECONDS, Math.max(0, Math.ceil(seconds)));
}

async function unavailable<Answer>(operation: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw new QueueUnavailable(operation, error);
  }
}
