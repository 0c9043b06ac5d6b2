import type { Message } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";

import type { ReceivedMessage } from "../core/job/job-queue.ts";
import { MESSAGE_ATTRIBUTE, fenceFrom } from "./message-attributes.ts";
import { JOB_QUEUES, urlOf, type JobQueueUrls } from "./queue-urls.ts";

/** The event source delivers from a queue that the worker isn't configured for. Correct the stack, not the message. */
export class UnknownQueue extends Error {
  override readonly name = "UnknownQueue";
}

/** A record of a Lambda event. Throws `UnknownQueue` where no job queue's URL ends in the name of its source. */
export function fromLambdaRecord(record: SQSRecord, urls: JobQueueUrls): ReceivedMessage {
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    queue: queueOfArn(record.eventSourceARN, urls),
    ...attributesOf(record.attributes, record.messageAttributes[MESSAGE_ATTRIBUTE.fence]?.stringValue),
  };
}

/** A message that the worker received itself, with the attributes that `ReceiveMessage` was asked for. */
export function fromReceivedMessage(message: Message, queue: ReceivedMessage["queue"]): ReceivedMessage {
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    queue,
    ...attributesOf(message.Attributes ?? {}, message.MessageAttributes?.[MESSAGE_ATTRIBUTE.fence]?.StringValue),
  };
}

interface SystemAttributes {
  readonly SentTimestamp?: string | undefined;
  readonly ApproximateReceiveCount?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

function attributesOf(attributes: SystemAttributes, fence: string | undefined) {
  const groupId = attributes.MessageGroupId;
  const redriveOfFence = fenceFrom(fence);
  return {
    sentAtMs: Number(attributes.SentTimestamp ?? 0),
    receiveCount: Number(attributes.ApproximateReceiveCount ?? 1),
    ...(groupId === undefined ? {} : { groupId }),
    ...(redriveOfFence === undefined ? {} : { redriveOfFence }),
  };
}

function queueOfArn(arn: string, urls: JobQueueUrls): ReceivedMessage["queue"] {
  const name = arn.split(":").at(-1);
  const queue = JOB_QUEUES.find((one) => urlOf(one, urls).split("/").at(-1) === name);
  if (queue !== undefined) return queue;
  const known = JOB_QUEUES.map((one) => `${one} (${urlOf(one, urls)})`).join(", ");
  throw new UnknownQueue(`${arn} is none of the worker's job queues: ${known}`);
}
