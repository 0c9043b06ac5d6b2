import { ReceiveMessageCommand, type Message, type SQSClient } from "@aws-sdk/client-sqs";

import type { EventSource } from "./event-source.ts";

/** SQS's own limit of one receive. */
const RECEIVE_MAX = 10;
/** Not SQS's 20: fauxqs hands messages to a receive that was broken off, so one that is under way must run to its end. */
const WAIT_MAX_SECONDS = 2;
/** Lambda's limit of one event, less room for one more receive of the largest job messages. */
const BATCH_MAX_BYTES = 3 * 1024 * 1024;

/**
 * Waits for messages and gathers one batch, as Lambda's poller does: the window opens with the first message, and the
 * batch is ready when it is full or the window ends. Ends early when the source is switched off, with what it has by then.
 */
export async function gatherBatch(
  sqs: SQSClient,
  queueUrl: string,
  source: EventSource,
  until: { readonly closing: AbortSignal; isOff(): boolean },
): Promise<Message[]> {
  const batch: Message[] = [];
  let bytes = 0;
  let windowEndsAtMs = Number.POSITIVE_INFINITY;
  while (!until.closing.aborted && !until.isOff() && batch.length < source.batchSize && bytes < BATCH_MAX_BYTES) {
    const leftSeconds = (windowEndsAtMs - Date.now()) / 1_000;
    if (leftSeconds <= 0) break;
    const received = await receive(sqs, queueUrl, source.batchSize - batch.length, leftSeconds, until.closing);
    for (const message of received) bytes += Buffer.byteLength(message.Body ?? "");
    batch.push(...received);
    if (batch.length > 0 && windowEndsAtMs === Number.POSITIVE_INFINITY) {
      windowEndsAtMs = Date.now() + source.batchingWindowSeconds * 1_000;
    }
  }
  return batch;
}

async function receive(
  sqs: SQSClient,
  queueUrl: string,
  room: number,
  leftSeconds: number,
  signal: AbortSignal,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(RECEIVE_MAX, room),
    // Whole seconds are SQS's own unit: the window may last up to one longer.
    WaitTimeSeconds: Math.max(1, Math.min(WAIT_MAX_SECONDS, Math.ceil(leftSeconds))),
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  try {
    const { Messages } = await sqs.send(command, { abortSignal: signal });
    return Messages ?? [];
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}
