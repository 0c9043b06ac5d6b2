import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { StackOutputs } from "../target/stack-outputs.ts";
import type { Outgoing } from "./outgoing.ts";

/** SQS's limits of one batch. Source: Amazon SQS quotas (2025-08). */
const BATCH_MAX_MESSAGES = 10;
const BATCH_MAX_BYTES = 1024 * 1024;

export interface Sent extends Outgoing {
  readonly messageId: string;
}

/** Sends messages in batches. Throws `CliError` naming the lines that SQS refused; the others are sent by then. */
export async function sendJobs(
  sqs: SQSClient,
  outputs: Pick<StackOutputs, "ExpressQueueUrl" | "JobsQueueUrl" | "SessionJobsQueueUrl">,
  messages: readonly Outgoing[],
): Promise<Sent[]> {
  const sent: Sent[] = [];
  const refused: string[] = [];
  const urls = {
    express: outputs.ExpressQueueUrl,
    jobs: outputs.JobsQueueUrl,
    "session-jobs": outputs.SessionJobsQueueUrl,
  } as const;
  for (const queue of ["express", "session-jobs", "jobs"] as const) {
    const QueueUrl = urls[queue];
    for (const batch of inBatches(messages.filter((message) => message.queue === queue))) {
      const Entries = batch.map(({ body, group, id }, index) => ({
        Id: String(index),
        MessageBody: body,
        ...(group !== undefined && { MessageGroupId: group }),
        ...(queue === "session-jobs" && { MessageDeduplicationId: id }),
      }));
      const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      for (const { Id, MessageId } of answer.Successful ?? []) {
        const message = batch[Number(Id)];
        if (message) sent.push({ ...message, messageId: MessageId ?? "" });
      }
      for (const { Id, Message } of answer.Failed ?? []) refused.push(`line ${batch[Number(Id)]?.line}: ${Message}`);
    }
  }
  if (refused.length === 0) return sent;
  const rest = `The other ${sent.length} were sent; sending the file again is safe, a job with the same id runs once.`;
  throw new CliError(EXIT.notAsExpected, `SQS refused ${refused.length} messages:\n  ${refused.join("\n  ")}\n${rest}`);
}

export function inBatches(messages: readonly Outgoing[]): Outgoing[][] {
  const batches: Outgoing[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    const batch = batches.at(-1);
    if (batch && batch.length < BATCH_MAX_MESSAGES && bytes + size <= BATCH_MAX_BYTES) {
      batch.push(message);
      bytes += size;
    } else {
      batches.push([message]);
      bytes = size;
    }
  }
  return batches;
}
