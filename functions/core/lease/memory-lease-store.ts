import type { JobResult } from "../job/job-result.ts";
import { holds, takeable } from "./lease-rules.ts";
import {
  CHECKPOINT_MAX_BYTES,
  RESULT_MAX_BYTES,
  type LeaseStore,
  type Take,
  type TakeRequest,
  type UnderLease,
} from "./lease-store.ts";
import type { Checkpoint, Lease, LeaseKey, LeaseRecord } from "./lease.ts";
import { storedJson } from "./stored-json.ts";

/**
 * The lease store in one Map: what the guarantees mean, in the fewest words. The contract suite and the random
 * sequences hold the DynamoDB store against it. No clock, no I/O; records are frozen and replaced, never changed.
 */
export class MemoryLeaseStore implements LeaseStore {
  readonly #records = new Map<LeaseKey, LeaseRecord>();

  async take(request: TakeRequest, nowMs: number): Promise<Take> {
    const before = this.#records.get(request.key);
    const verdict = takeable(before, nowMs, request.redriveOfFence);
    if (before !== undefined && verdict.kind !== "free") return { kind: verdict.kind, record: before };
    const redriven = verdict.kind === "free" && verdict.because === "redriven";
    const attempt = (redriven ? 0 : (before?.attempts ?? 0)) + 1;
    const lease: Lease = {
      key: request.key,
      owner: request.owner,
      fence: (before?.fence ?? 0) + 1,
      attempt,
      acquiredAtMs: nowMs,
      renewedAtMs: nowMs,
      expiresAtMs: nowMs + request.durationMs,
    };
    const { jobClass, strategy, site, messageId } = request;
    const checkpoint = before?.checkpoint;
    this.#put({ ...lease, state: "held", attempts: attempt, jobClass, strategy, site, messageId, checkpoint });
    return { kind: "taken", lease: frozenCopy(lease), ...(checkpoint === undefined ? {} : { checkpoint }) };
  }

  async renew(lease: Lease, durationMs: number, nowMs: number): Promise<UnderLease<Lease>> {
    const times = { renewedAtMs: nowMs, expiresAtMs: nowMs + durationMs };
    const done = this.#underLease(lease, (record) => ({ ...record, ...times }));
    return done.kind === "done" ? { kind: "done", value: frozenCopy({ ...lease, ...times }) } : done;
  }

  async release(lease: Lease, reason: string, countsAsAttempt: boolean): Promise<UnderLease<void>> {
    return this.#underLease(
      lease,
      (record) => ({
        ...record,
        state: "released",
        releaseReason: reason,
        attempts: record.attempts - (countsAsAttempt ? 0 : 1),
      }),
      (record) => record.state === "released",
    );
  }

  async finish(lease: Lease, result: JobResult): Promise<UnderLease<void>> {
    const json = storedJson("the result", result, RESULT_MAX_BYTES);
    return this.#underLease(
      lease,
      (record) => ({ ...record, state: "finished", result }),
      (record) => record.state === "finished" && JSON.stringify(record.result) === json,
    );
  }

  async checkpoint(
    lease: Lease,
    { sequence, stage, cursor }: Omit<Checkpoint, "savedAtMs">,
    nowMs: number,
  ): Promise<UnderLease<void>> {
    const checkpoint: Checkpoint = { sequence, stage, cursor, savedAtMs: nowMs };
    const json = storedJson("the checkpoint", checkpoint, CHECKPOINT_MAX_BYTES);
    const stored = this.#records.get(lease.key);
    if (sameLease(stored, lease) && JSON.stringify(stored.checkpoint) === json) return DONE;
    if (stored?.checkpoint !== undefined && stored.checkpoint.sequence >= sequence) {
      return { kind: "lost", record: stored };
    }
    return this.#underLease(lease, (record) => ({ ...record, checkpoint }));
  }

  async read(key: LeaseKey): Promise<LeaseRecord | undefined> {
    return this.#records.get(key);
  }

  async readMany(keys: readonly LeaseKey[]): Promise<LeaseRecord[]> {
    return [...new Set(keys)].flatMap((key) => this.#records.get(key) ?? []);
  }

  async listHeld(limit: number): Promise<LeaseRecord[]> {
    return [...this.#records.values()]
      .filter((record) => record.state === "held")
      .toSorted((one, other) => one.expiresAtMs - other.expiresAtMs || (one.key < other.key ? -1 : 1))
      .slice(0, limit)
      .map((record) => frozenCopy({ ...record, checkpoint: undefined }));
  }

  #underLease(
    lease: Lease,
    change: (record: LeaseRecord) => LeaseRecord,
    isRepetition: (record: LeaseRecord) => boolean = () => false,
  ): UnderLease<void> {
    const record = this.#records.get(lease.key);
    if (record !== undefined && holds(record, lease)) {
      this.#put(change(record));
      return DONE;
    }
    return sameLease(record, lease) && isRepetition(record) ? DONE : { kind: "lost", record };
  }

  #put(record: LeaseRecord): void {
    this.#records.set(record.key, frozenCopy(record));
  }
}

const DONE: UnderLease<void> = { kind: "done", value: undefined };

function sameLease(record: LeaseRecord | undefined, lease: Lease): record is LeaseRecord {
  return record !== undefined && holds({ ...record, state: "held" }, lease);
}

/** Through JSON, as a real store would, so that nobody's later change reaches the record. */
function frozenCopy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) => Object.freeze(inner)) as Value;
}
