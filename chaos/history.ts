import type { JobEvent } from "../functions/core/job/job-history.ts";
import type { OutcomeKind } from "../functions/core/job/outcome.ts";
import type { FaultOrder, Plan } from "./plan/plan.ts";

/** What was seen of one plan, from outside the worker: what checkers read, and all that they read. */
export interface History {
  readonly plan: Plan;
  readonly faults: readonly InjectedFault[];
  readonly visits: readonly Visit[];
  /** Accepted by the table, in the order of their acceptance. */
  readonly writes: readonly LeaseWrite[];
  /** Refused by its conditions. */
  readonly refusals: readonly LeaseWrite[];
  readonly results: readonly SeenResult[];
  readonly records: readonly FinalRecord[];
  /** Job ids, or message texts that name none, of the copies in the dead-letter queues. */
  readonly deadLetters: readonly string[];
  /** Invocations that came to nothing, in the local stack's words: told where a plan doesn't hold. */
  readonly failures: readonly string[];
  /** Empty: everything came back to where it was before the plan. */
  readonly leftovers: readonly string[];
}

export interface InjectedFault {
  readonly order: FaultOrder;
  readonly atMs: number;
  /** In plain words, for who reads a failed plan. */
  readonly what: string;
  /** False where there was nothing to hit at that moment, such as a process that this browser doesn't have. */
  readonly hit: boolean;
  /** Containers that it stopped, until then; they notice what they missed only afterwards. */
  readonly stopped?: { readonly container: string; readonly untilMs: number };
  /** Jobs that it interrupted: recovery lasts until each of them acts again. */
  readonly interrupted: readonly string[];
}

/** One request for a page of a list. */
export interface Visit {
  readonly job: string;
  readonly page: number;
  readonly atMs: number;
  /** Worker's own name of the container whose browser asked; undefined where the connection's owner had gone. */
  readonly container: string | undefined;
  /** When its connection was opened: a new context opens one of its own. */
  readonly connectedAtMs: number;
  /** Jobs whose marks it carried, in a cookie, in storage or on a channel, other than its own. */
  readonly foreign: readonly string[];
}

export interface LeaseWrite {
  readonly job: string;
  readonly kind: "take" | "renew" | "checkpoint" | "note" | "release" | "finish";
  readonly fence: number;
  readonly container: string;
  readonly atMs: number;
  /** Of a checkpoint. */
  readonly sequence?: number;
  /** From takes and renewals. */
  readonly expiresAtMs?: number;
  /** The request word for word: a repetition whose answer was lost is the same write. */
  readonly text: string;
}

export interface SeenResult {
  /** Of a malformed message: the id that it named, else SQS's. */
  readonly id: string;
  readonly kind: OutcomeKind;
  readonly fence: number;
  readonly atMs: number;
  /** Rows of a list's output, in order; undefined where it has none. */
  readonly rows?: readonly string[];
  /** Of a failure. */
  readonly error?: string;
}

/** What the table says of a job when all is over. */
export interface FinalRecord {
  readonly job: string;
  readonly state: "held" | "released" | "finished";
  readonly fence: number;
  readonly events: readonly JobEvent[];
}
