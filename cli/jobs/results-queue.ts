import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type Message,
} from "@aws-sdk/client-sqs";

import type { JobResult } from "../../functions/core/job/job-result.ts";
import type { Target } from "../target/target.ts";

/** A result in hand, not yet taken from its queue. */
export interface ReceivedResult {
  readonly result: JobResult;
  readonly receiptHandle: string;
}

const RECEIVE_MAX = 10;
/** How long results stay hidden from other readers while this one has them in hand. */
const HIDDEN_SECONDS = 30;

/** Up to `max` results, waiting up to `waitSeconds` for the first. */
export async function receiveResults(target: Target, max: number, waitSeconds: number): Promise<ReceivedResult[]> {
  const { Messages } = await target.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: target.outputs.ResultsQueueUrl,
      MaxNumberOfMessages: Math.min(RECEIVE_MAX, max),
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: HIDDEN_SECONDS,
    }),
  );
  return (Messages ?? []).map((message) => ({ result: resultOf(message), receiptHandle: message.ReceiptHandle ?? "" }));
}

/** Takes results out of the queue for good. */
export async function removeResults(target: Target, received: readonly ReceivedResult[]): Promise<void> {
  if (received.length === 0) return;
  const Entries = received.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
  await target.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: target.outputs.ResultsQueueUrl, Entries }));
}

/** Puts results back, for the next reader. */
export async function putBackResults(target: Target, received: readonly ReceivedResult[]): Promise<void> {
  for (let from = 0; from < received.length; from += RECEIVE_MAX) {
    const Entries = received.slice(from, from + RECEIVE_MAX).map(({ receiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }));
    const QueueUrl = target.outputs.ResultsQueueUrl;
    await target.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}

/** Looks at what is in the queue, up to `max`, and puts it all back. */
export async function peekResults(target: Target, max = 100): Promise<JobResult[]> {
  const received: ReceivedResult[] = [];
  try {
    while (received.length < max) {
      const next = await receiveResults(target, max - received.length, 0);
      if (next.length === 0) break;
      received.push(...next);
    }
  } finally {
    await putBackResults(target, received);
  }
  return received.map(({ result }) => result);
}

function resultOf(message: Message): JobResult {
  return JSON.parse(message.Body ?? "null") as JobResult;
}
