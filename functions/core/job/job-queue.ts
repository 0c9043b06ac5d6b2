import type { JobQueueName } from "./job-message.ts";
import type { JobResult } from "./job-result.ts";

/** One SQS message in this container's hands. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly queue: JobQueueName;
  /** SQS's own clock, when the producer sent it. */
  readonly sentAtMs: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** MessageGroupId: the site on fair queues, the session on `session-jobs`. */
  readonly groupId?: string;
  /** Fence of the final failure that it was dead-lettered under, where an operator redrove it. */
  readonly redriveOfFence?: number;
}

/**
 * The queues as the worker uses them. Every call is bounded by the SDK's retries and throws `QueueUnavailable` after
 * them; calls for several messages use SQS batches of at most 10. Every call may be repeated without harm. All of them
 * cost one request, where nothing else is said.
 */
export interface JobQueue {
  /**
   * Up to `max` messages without waiting, express first, then session-jobs, then jobs, already hidden for the time of a fresh `extend`. One request for
   * each queue and each 10 messages. Throws only with nothing in hand: what it received before a failure it answers.
   * @param from only these queues, in the order above
   */
  receive(max: number, from?: readonly JobQueueName[]): Promise<ReceivedMessage[]>;
  /**
   * Hides messages for `seconds` from now. Answers the ids that could not be extended: their receipt is no longer good,
   * so another container may have them. Throws when the service failed for any message, after all of them were tried:
   * nothing is known of its receipt then, and it is for the next time to ask again. One request for each queue and each
   * 10 messages.
   */
  extend(messages: readonly ReceivedMessage[], seconds: number): Promise<readonly string[]>;
  /** Makes a message visible again after `delaySeconds`. A receipt that is no longer good is not an error. */
  giveBack(message: ReceivedMessage, delaySeconds: number): Promise<void>;
  /** Deletes a message. Idempotent. A receipt that is no longer good is not an error: the message may come again. */
  remove(message: ReceivedMessage): Promise<void>;
  /**
   * Puts a copy into the dead-letter queue of its kind (a FIFO one for `session-jobs`), with the reason and the fence as attributes. `fence` lets an operator's redrive
   * run the job again though its record is final. The message itself stays: `remove` follows. At least once. A body that
   * fills SQS's limit goes without the reason, then without the fence.
   */
  deadLetter(message: ReceivedMessage, reason: string, fence?: number): Promise<void>;
  /** Sends a result to the results queue. At least once. Throws `TooLarge` over SQS's limit of 1 MiB. */
  publish(result: JobResult): Promise<void>;
}
