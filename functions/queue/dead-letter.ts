import type { MessageAttributeValue, SendMessageCommandInput } from "@aws-sdk/client-sqs";

import type { ReceivedMessage } from "../core/job/job-queue.ts";
import { MESSAGE_ATTRIBUTE, SQS_MESSAGE_MAX_BYTES } from "./message-attributes.ts";
import type { WorkerQueueUrls } from "./queue-urls.ts";
import { sqsText } from "./sqs-text.ts";

const REASON_MAX_CHARACTERS = 1_000;

/** The copy of a message that goes to the dead-letter queue of its kind, in the group that it came in. */
export function deadLetterCopy(
  message: ReceivedMessage,
  urls: WorkerQueueUrls,
  reason: string,
  fence: number | undefined,
): SendMessageCommandInput {
  const { body, groupId, messageId } = message;
  const copy = { MessageBody: body, MessageAttributes: deadLetterAttributes(body, reason, fence) };
  if (message.queue !== "session-jobs") return { ...copy, QueueUrl: urls.deadLetter, MessageGroupId: groupId };
  return {
    ...copy,
    QueueUrl: urls.sessionDeadLetter,
    MessageGroupId: groupId ?? messageId,
    // Not the producer's: a redriven message that fails again within five minutes must leave a copy again, and SQS drops
    // what it takes for a duplicate without a word.
    MessageDeduplicationId: `${messageId}:${fence ?? "rejected"}`,
  };
}

/**
 * What a copy in the dead-letter queue says beside its body. Body and attributes share SQS's limit: for a body that
 * nearly fills it, the reason goes first (the result says it too), then the fence.
 */
export function deadLetterAttributes(
  body: string,
  reason: string,
  fence: number | undefined,
): Record<string, MessageAttributeValue> {
  const wanted: readonly (readonly [string, string, string])[] = [
    ...(fence === undefined ? [] : [[MESSAGE_ATTRIBUTE.fence, "Number", String(fence)] as const]),
    [MESSAGE_ATTRIBUTE.reason, "String", sqsText(reason, REASON_MAX_CHARACTERS)],
  ];
  let left = SQS_MESSAGE_MAX_BYTES - Buffer.byteLength(body);
  const fitting = wanted.filter((attribute) => {
    left -= Buffer.byteLength(attribute.join(""));
    return left >= 0;
  });
  return Object.fromEntries(fitting.map(([name, DataType, StringValue]) => [name, { DataType, StringValue }]));
}
