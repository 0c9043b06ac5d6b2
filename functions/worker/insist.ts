import { setTimeout as wait } from "node:timers/promises";

import { TransientFailure } from "../core/job/failures.ts";
import { QueueUnavailable, StoreUnavailable } from "../core/job/store-failures.ts";
import type { Log } from "../core/logging/log.ts";
import { nextTry } from "../core/retry/next-try.ts";

export interface Insistence {
  /** When to give up, in epoch milliseconds. Asked anew all the time, since leases are renewed meanwhile. */
  readonly untilMs: () => number;
  /** Ends the insisting at once, as the deadline does. */
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
  readonly clock?: InsistenceClock;
}

export interface InsistenceClock {
  readonly nowMs: () => number;
  /** Never rejects; comes early where the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

/**
 * The time for it is over. Nothing is known of the last try: it may be under way, and succeed later. Leave the job as it
 * is: its message comes back, and what is done already is not done twice.
 */
export class InsistedInVain extends TransientFailure {
  constructor(what: string, tries: number, cause: unknown) {
    const last = cause instanceof Error ? cause.message : String(cause);
    super("InsistedInVain", `${what}: ${tries} ${tries === 1 ? "try" : "tries"}, the last one: ${last}`, { cause });
  }
}

/** How often the deadline is looked at while a try is under way. */
const LOOK_MS = 1_000;
/** The first try has this long at least, though the deadline is over: who has little time left uses it. */
const FIRST_TRY_MIN_MS = 1_000;

/**
 * Does what a finished job still has to do, though DynamoDB or SQS refuse it for longer than the SDK has patience: tries again
 * after `StoreUnavailable` and `QueueUnavailable`, with jitter, until the deadline. Whatever else `call` throws is thrown
 * on at once.
 *
 * `call` is repeated word for word: its times and its result must be made before, not in it. Then no effect happens twice:
 * a store takes the repetition of a write for that write, results carry id and fence, and messages are deleted once.
 * Costs no request more where the first try succeeds. With its time over before, it tries once.
 * @param what for logs, such as `finish job-17`
 * @throws InsistedInVain at the deadline or the signal, though a try may be under way
 */
export async function insist<Value>(what: string, call: () => Promise<Value>, insistence: Insistence): Promise<Value> {
  const { untilMs, signal = NEVER, log, clock = REAL_CLOCK } = insistence;
  const firstUntilMs = clock.nowMs() + FIRST_TRY_MIN_MS;
  let last: unknown = "none was answered";
  let tries = 0;
  while (!signal.aborted && (tries === 0 || clock.nowMs() < untilMs())) {
    tries += 1;
    const endsMs = tries === 1 ? () => Math.max(firstUntilMs, untilMs()) : untilMs;
    const tried = await tryOnce(call, endsMs, signal, clock);
    if (tried.kind === "done") return tried.value;
    if (tried.kind === "over") break;
    last = tried.failure;
    const next = nextTry(tries, clock.nowMs(), untilMs(), clock.random());
    if (next.kind === "too-late") break;
    log.warn("unavailable; tried again", { what, tries, afterMs: next.afterMs, error: last });
    await clock.pause(next.afterMs, signal);
  }
  throw new InsistedInVain(what, tries, last);
}

type Try<Value> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "unavailable"; readonly failure: TransientFailure }
  /** The deadline passed, or the signal aborted, before there was an answer. */
  | { readonly kind: "over" };

async function tryOnce<Value>(
  call: () => Promise<Value>,
  untilMs: () => number,
  signal: AbortSignal,
  clock: InsistenceClock,
): Promise<Try<Value>> {
  const answered = new AbortController();
  const answer = settled(call()).finally(() => answered.abort());
  const stop = AbortSignal.any([signal, answered.signal]);
  const over = async (): Promise<Try<Value>> => {
    while (!stop.aborted && clock.nowMs() < untilMs()) {
      await clock.pause(Math.min(LOOK_MS, untilMs() - clock.nowMs()), stop);
    }
    return answered.signal.aborted ? answer : { kind: "over" };
  };
  // A try that loses goes on unobserved: what it does in the end is what a repetition would have done.
  return Promise.race([answer, over()]);
}

async function settled<Value>(answer: Promise<Value>): Promise<Try<Value>> {
  try {
    return { kind: "done", value: await answer };
  } catch (failure) {
    if (failure instanceof StoreUnavailable || failure instanceof QueueUnavailable)
      return { kind: "unavailable", failure };
    throw failure;
  }
}

const NEVER = new AbortController().signal;

const REAL_CLOCK: InsistenceClock = {
  nowMs: Date.now,
  pause: async (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
  random: Math.random,
};
