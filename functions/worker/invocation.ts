import type { UsageMeter } from "../core/cost/usage-meter.ts";
import type { ReceivedMessage } from "../core/job/job-queue.ts";
import type { Lease } from "../core/lease/lease.ts";
import type { Roster } from "./roster.ts";
import type { SessionDesk } from "./sessions/session-desk.ts";
import type { Slots } from "./slots.ts";

/** A message in this container's hands, from its receipt until it is deleted or given back. */
export interface HeldMessage {
  readonly message: ReceivedMessage;
  readonly receivedAtMs: number;
  /** The job's lease while it runs; the heartbeat renews it. */
  lease: Lease | undefined;
  /** Aborts when SQS or the lease store says that the job is no longer ours. */
  readonly gone: AbortController;
  /** Deleted, or given back: nothing more is done with it. */
  settled: "no" | "removed" | "given-back";
}

/** One call of the handler: what its parts share. */
export interface Invocation {
  readonly id: string;
  /** Until the moment at which running work is given back, in milliseconds. */
  workMsLeft(): number;
  /** When the last word has to be said, in epoch milliseconds: some of the drain margin is left then. */
  endsAtMs(): number;
  readonly meter: UsageMeter;
  readonly slots: Slots;
  /** Which limit set their number. */
  readonly boundBy: string;
  /** The jobs at work. */
  readonly roster: Roster;
  readonly sessions: SessionDesk;
  readonly held: Map<string, HeldMessage>;
  /** The last round of keeping messages hidden. A message isn't shown again before it is over, or it would be hidden anew. */
  hiding: Promise<void>;
  /** Ids of the jobs that run here now; a second message of one of them waits for the first one's end. */
  readonly running: Set<string>;
  /** False when an operator drains the fleet, or too little time is left: this invocation ends with the jobs that it has. */
  takesMore: boolean;
  /** Aborts when the container stops work. */
  readonly drained: AbortSignal;
}

export function holdMessage(invocation: Invocation, message: ReceivedMessage, nowMs: number): HeldMessage {
  const held: HeldMessage = {
    message,
    receivedAtMs: nowMs,
    lease: undefined,
    gone: new AbortController(),
    settled: "no",
  };
  invocation.held.set(message.messageId, held);
  return held;
}
