import { z } from "zod";

/** Which messages of a batch count as handled, and are deleted. */
export type BatchAnswer =
  | { readonly kind: "handled"; readonly failed: ReadonlySet<string> }
  /** Nothing is deleted: all messages come back after the visibility timeout. */
  | { readonly kind: "all-failed"; readonly why: string };

const answerSchema = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Reads a function's answer as Lambda does with ReportBatchItemFailures: an empty or missing list is success; an
 * answer that isn't understood, or names a message that wasn't in the batch, fails the whole batch.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function readBatchAnswer(body: string, messageIds: ReadonlySet<string>): BatchAnswer {
  let value: unknown;
  try {
    value = body === "" ? null : JSON.parse(body);
  } catch {
    return { kind: "all-failed", why: "the answer isn't JSON" };
  }
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) return { kind: "all-failed", why: `the answer is malformed: ${z.prettifyError(parsed.error)}` };
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  for (const id of failed) {
    if (!messageIds.has(id)) return { kind: "all-failed", why: `the answer names ${id}, which isn't in the batch` };
  }
  return { kind: "handled", failed };
}
