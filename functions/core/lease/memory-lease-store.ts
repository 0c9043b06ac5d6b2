import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { trimmedHistory, type JobEvent } from "../job/job-history.ts";
import type { JobResult } from "../job/job-result.ts";
import { takenEvent } from "./lease-history.ts";
import { holds, takeable } from "./lease-rules.ts";
import {
  RESULT_MAX_BYTES,
  type LeaseStore,
  type Release,
  type Take,
  type TakeRequest,
  type UnderLease,
} from "./lease-store.ts";
import type { Lease, LeaseKey, LeaseRecord } from "./lease.ts";
import { copyOfCheckpoint, sameCheckpoint, storedCheckpoint } from "./stored-checkpoint.ts";
import { storedJson } from "./stored-json.ts";

/**
 * The lease store in one Map: what the guarantees mean, in the fewest words. The contract suite and the random
 * sequences hold the DynamoDB store against it. No clock, no I/O; records are frozen and replaced, never changed.
 */
export class MemoryLeaseStore implements LeaseStore {
  readonly #records = new Map<LeaseKey, LeaseRecord>();
  /** Of each key's last take, where it had one. */
  readonly #takeIds = new Map<LeaseKey, string | undefined>();
  readonly #newId: () => string;

  /** @param newId asked at every take, used by the first of a key */
  constructor(newId?: () => string) {
    let ids = 0;
    this.#newId = newId ?? (() => `lease-${++ids}`);
  }

  async take(request: TakeRequest, nowMs: number): Promise<Take> {
    const before = this.#records.get(request.key);
    if (before !== undefined && request.takeId !== undefined && this.#takeIds.get(request.key) === request.takeId) {
      if (before.state === "held") return takenOf(before);
      return { kind: before.state === "finished" ? "finished" : "held", record: frozenCopy(before) };
    }
    const verdict = takeable(before, nowMs, request.redriveOfFence);
    if (before !== undefined && verdict.kind !== "free") return { kind: verdict.kind, record: frozenCopy(before) };
    const redriven = verdict.kind === "free" && verdict.because === "redriven";
    const attempt = (redriven ? 0 : (before?.attempts ?? 0)) + 1;
    const newId = this.#newId();
    const lease: Lease = {
      key: request.key,
      id: before?.id ?? newId,
      owner: request.owner,
      fence: (before?.fence ?? 0) + 1,
      attempt,
      acquiredAtMs: nowMs,
      renewedAtMs: nowMs,
      expiresAtMs: nowMs + request.durationMs,
    };
    const event = takenEvent(request, nowMs);
    const history = trimmedHistory([
      ...(before === undefined || redriven ? [] : before.history),
      ...(event === undefined ? [] : [{ ...event, fence: lease.fence, attempt }]),
    ]);
    const { jobClass, strategy, site, messageId } = request;
    const checkpoint = before?.checkpoint;
    this.#takeIds.set(request.key, request.takeId);
    const described = { jobClass, strategy, site, messageId };
    return takenOf(this.#put({ ...lease, state: "held", attempts: attempt, ...described, checkpoint, history }));
  }

  async renew(lease: Lease, durationMs: number, nowMs: number): Promise<UnderLease<Lease>> {
    const times = { renewedAtMs: nowMs, expiresAtMs: nowMs + durationMs };
    // One that was long on its way mustn't shorten what a later one gave.
    const done = this.#underLease(lease, (record) => (record.renewedAtMs > nowMs ? record : { ...record, ...times }));
    if (done.kind !== "done") return done;
    const { renewedAtMs, expiresAtMs } = this.#records.get(lease.key) ?? times;
    return { kind: "done", value: frozenJson({ ...lease, renewedAtMs, expiresAtMs }) };
  }

  async release(lease: Lease, { reason, countsAsAttempt, history }: Release): Promise<UnderLease<void>> {
    return this.#underLease(
      lease,
      (record) => ({
        ...withHistory(record, history),
        state: "released",
        releaseReason: reason,
        attempts: record.attempts - (countsAsAttempt ? 0 : 1),
      }),
      (record) => record.state === "released",
    );
  }

  async finish(
    lease: Lease,
    result: JobResult,
    _nowMs: number,
    history?: readonly JobEvent[],
  ): Promise<UnderLease<void>> {
    const json = storedJson("the result", result, RESULT_MAX_BYTES);
    return this.#underLease(
      lease,
      (record) => ({ ...withHistory(record, history), state: "finished", result }),
      (record) => record.state === "finished" && JSON.stringify(record.result) === json,
    );
  }

  async checkpoint(lease: Lease, checkpoint: Omit<Checkpoint, "savedAtMs">, nowMs: number): Promise<UnderLease<void>> {
    const wanted = storedCheckpoint(checkpoint, nowMs);
    const stored = this.#records.get(lease.key);
    if (sameLease(stored, lease) && sameCheckpoint(stored.checkpoint, wanted)) return DONE;
    if (stored?.checkpoint !== undefined && stored.checkpoint.sequence >= wanted.sequence) return lost(stored);
    return this.#underLease(lease, (record) => ({ ...record, checkpoint: wanted }));
  }

  async note(lease: Lease, history: readonly JobEvent[], _nowMs: number): Promise<UnderLease<void>> {
    return this.#underLease(lease, (record) => withHistory(record, history));
  }

  async read(key: LeaseKey): Promise<LeaseRecord | undefined> {
    const record = this.#records.get(key);
    return record === undefined ? undefined : frozenCopy(record);
  }

  async readMany(keys: readonly LeaseKey[]): Promise<LeaseRecord[]> {
    return [...new Set(keys)].flatMap((key) => this.#records.get(key) ?? []).map(frozenCopy);
  }

  async listHeld(limit: number): Promise<LeaseRecord[]> {
    return [...this.#records.values()]
      .filter((record) => record.state === "held")
      .toSorted((one, other) => one.expiresAtMs - other.expiresAtMs || (one.key < other.key ? -1 : 1))
      .slice(0, limit)
      .map((record) => frozenCopy({ ...record, checkpoint: undefined, history: [] }));
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
    return sameLease(record, lease) && isRepetition(record) ? DONE : lost(record);
  }

  #put(record: LeaseRecord): LeaseRecord {
    const stored = frozenCopy(record);
    this.#records.set(record.key, stored);
    return stored;
  }
}

const DONE: UnderLease<void> = { kind: "done", value: undefined };

function takenOf(record: LeaseRecord): Take {
  const { key, id, owner, fence, attempt, acquiredAtMs, renewedAtMs, expiresAtMs, checkpoint, history } = record;
  const lease = Object.freeze({ key, id, owner, fence, attempt, acquiredAtMs, renewedAtMs, expiresAtMs });
  return {
    kind: "taken",
    lease,
    ...(checkpoint === undefined ? {} : { checkpoint: copyOfCheckpoint(checkpoint) }),
    history,
  };
}

function lost(record: LeaseRecord | undefined): UnderLease<never> {
  return { kind: "lost", record: record === undefined ? undefined : frozenCopy(record) };
}

function sameLease(record: LeaseRecord | undefined, lease: Lease): record is LeaseRecord {
  return record !== undefined && holds({ ...record, state: "held" }, lease);
}

function withHistory(record: LeaseRecord, history: readonly JobEvent[] | undefined): LeaseRecord {
  return history === undefined ? record : { ...record, history: trimmedHistory(history) };
}

/** Through JSON, as a real store would, so that nobody's later change reaches the record; a checkpoint has bytes besides. */
function frozenCopy({ checkpoint, ...rest }: LeaseRecord): LeaseRecord {
  const copy: LeaseRecord = frozenJson(rest);
  return checkpoint === undefined ? copy : Object.freeze({ ...copy, checkpoint: copyOfCheckpoint(checkpoint) });
}

function frozenJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) => Object.freeze(inner)) as Value;
}
