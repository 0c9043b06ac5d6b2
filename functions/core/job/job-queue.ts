import type { JobResult } from "./job-result.ts";

/** One SQS message in this container's hands. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly queue: "express" | "jobs";
  /** SQS's own clock, when the producer sent it. */
  readonly sentAtMs: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** MessageGroupId: the site, on fair queues. */
  readonly groupId?: string;
  /** Fence of the final failure that it was dead-lettered under, where an operator redrove it. */
  readonly redriveOfFence?: number;
}

/**
 * The queues as the worker uses them. Every call is bounded by the SDK's retries and throws `QueueUnavailable` after
 * them; calls for several messages use SQS batches of at most 10.
 */
export interface JobQueue {
  /** Up to `max` messages without waiting, express first. One request for each queue and each 10 messages. */
  receive(max: number): Promise<ReceivedMessage[]>;
  /**
   * Hides messages for `seconds` from now. Answers the ids that could not be extended: their receipt is no longer good,
   * so another container may have them.
   */
  extend(messages: readonly ReceivedMessage[], seconds: number): Promise<readonly string[]>;
  /** Makes a message visible again after `delaySeconds`. A receipt that is no longer good is not an error. */
  giveBack(message: ReceivedMessage, delaySeconds: number): Promise<void>;
  /** Deletes a message. Idempotent. */
  remove(message: ReceivedMessage): Promise<void>;
  /**
   * Puts a copy into the dead-letter queue, with the reason as attributes. `fence` lets an operator's redrive run the
   * job again though its record is final. The message itself stays: `remove` follows.
   */
  deadLetter(message: ReceivedMessage, reason: string, fence?: number): Promise<void>;
  /** Sends a result to the results queue. At least once. */
  publish(result: JobResult): Promise<void>;
}
