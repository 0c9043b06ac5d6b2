import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";

import type { LeaseStore } from "../../functions/core/lease/lease-store.ts";
import type { LeaseRecord } from "../../functions/core/lease/lease.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../../functions/core/lease/lease-rules.ts";
import type { Target } from "../target/target.ts";

/** What the fleet has in hand. */
export interface FleetWork {
  /** Jobs under a lease that holds. */
  readonly running: readonly LeaseRecord[];
  /** Leases whose container is gone: they hold nothing up, their jobs come back from the queue. */
  readonly expired: number;
  /** Messages that a container has and hasn't started, or that are hidden for a while before they come again. */
  readonly inFlight: number;
}

const LEASES_MAX = 10_000;

/** One round of reads: the index of held leases, and SQS's own approximations. */
export async function readFleetWork(
  target: Pick<Target, "sqs" | "outputs">,
  leases: Pick<LeaseStore, "listHeld">,
  nowMs: number,
): Promise<FleetWork> {
  const { ExpressQueueUrl, JobsQueueUrl, SessionJobsQueueUrl } = target.outputs;
  const [held, ...inFlight] = await Promise.all([
    leases.listHeld(LEASES_MAX),
    ...[ExpressQueueUrl, SessionJobsQueueUrl, JobsQueueUrl].map((url) => messagesInFlight(target, url)),
  ]);
  const running = held.filter(({ expiresAtMs }) => expiresAtMs + CLOCK_SKEW_MARGIN_MS >= nowMs);
  return {
    running,
    expired: held.length - running.length,
    inFlight: inFlight.reduce((sum, count) => sum + count, 0),
  };
}

export function isAtRest({ running, inFlight }: FleetWork): boolean {
  return running.length === 0 && inFlight === 0;
}

/** For people: `3 jobs run, 1 more message in flight`. */
export function describeWork({ running, expired, inFlight }: FleetWork): string {
  const parts = [
    running.length === 1 ? "1 job runs" : `${running.length} jobs run`,
    `${inFlight} ${inFlight === 1 ? "message" : "messages"} in flight`,
    ...(expired === 0 ? [] : [`${expired} ${expired === 1 ? "lease" : "leases"} of dead containers`]),
  ];
  return parts.join(", ");
}

async function messagesInFlight({ sqs }: Pick<Target, "sqs">, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessagesNotVisible"] }),
  );
  return Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"] ?? 0);
}
