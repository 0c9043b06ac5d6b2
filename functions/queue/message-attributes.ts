/** The message attributes that Sublet itself writes, on copies in the dead-letter queue; a redrive brings them back. */
export const MESSAGE_ATTRIBUTE = {
  /** Why the message was dead-lettered, for people. */
  reason: "SubletReason",
  /** Fence of the final failure, so that a redrive may run the job again. Absent where the message never was a job. */
  fence: "SubletFence",
} as const;

/** Source: Amazon SQS quotas, message size including attributes (2025-08). */
export const SQS_MESSAGE_MAX_BYTES = 1_048_576;
/** Source: Amazon SQS quotas, visibility timeout: 12 hours. */
export const VISIBILITY_MAX_SECONDS = 43_200;
/** Source: Amazon SQS quotas, entries of a batch and messages of one receive. */
export const SQS_BATCH_MAX = 10;

/** The fence in a message attribute; `undefined` where it is none, since anybody may have written it. */
export function fenceFrom(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/u.test(text) ? Number(text) : undefined;
}
