import type { MessageAttributeValue } from "@aws-sdk/client-sqs";

import { MESSAGE_ATTRIBUTE, SQS_MESSAGE_MAX_BYTES } from "./message-attributes.ts";
import { sqsText } from "./sqs-text.ts";

const REASON_MAX_CHARACTERS = 1_000;

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
