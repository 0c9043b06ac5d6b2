import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

import type { Checkpoint } from "../core/checkpoint/checkpoint.ts";
import type { JobEvent } from "../core/job/job-history.ts";
import type { JobResult } from "../core/job/job-result.ts";
import { StoreUnavailable } from "../core/job/store-failures.ts";
import { holds } from "../core/lease/lease-rules.ts";
import {
  HELD_PARTITIONS,
  RESULT_MAX_BYTES,
  type LeaseStore,
  type Release,
  type Take,
  type TakeRequest,
  type UnderLease,
} from "../core/lease/lease-store.ts";
import type { Lease, LeaseKey, LeaseRecord } from "../core/lease/lease.ts";
import { sameCheckpoint, storedCheckpoint } from "../core/lease/stored-checkpoint.ts";
import { storedJson } from "../core/lease/stored-json.ts";
import { ATTRIBUTE, heldPartition, recordFromItem, type Item } from "./lease-item.ts";
import {
  checkpointWrite,
  finishWrite,
  keyOf,
  noteWrite,
  releaseWrite,
  renewWrite,
  takeWrite,
  type LeaseWrite,
} from "./lease-writes.ts";
import { LEASES_TABLE } from "./leases-table.ts";
import { unpackJson } from "./packed-json.ts";

const BATCH_KEYS = 100;
const BATCH_STALLS_MAX = 5;
const BATCH_PAUSE_MS = 25;
/** SQS keeps a message at most 14 days. A record that went sooner would let a late duplicate run again. */
const RETENTION_MIN_DAYS = 15;

/**
 * Leases in a DynamoDB table (`leases-table.ts`). Every change is one UpdateItem with a condition; the service sends the
 * stored record along with a refusal, so losing costs no read. One take and one finish are two requests.
 */
export class DynamoDbLeaseStore implements LeaseStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #retentionDays: number;

  /** @param retentionDays how long a record stays after its last use, from 15 on */
  constructor(client: DynamoDBClient, table: string, retentionDays: number) {
    if (!Number.isInteger(retentionDays) || retentionDays < RETENTION_MIN_DAYS) {
      throw new RangeError(
        `retentionDays must be a whole number from ${RETENTION_MIN_DAYS} on, because SQS may deliver a message for 14 days (got ${retentionDays})`,
      );
    }
    this.#client = client;
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  async take(request: TakeRequest, nowMs: number): Promise<Take> {
    const takenBy = request.takeId ?? randomUUID();
    const written = await this.#write("take", takeWrite(request, nowMs, takenBy, this.#retentionDays));
    const { item } = written;
    if (item === undefined) throw new StoreUnavailable("take", `the record of ${request.key} went away meanwhile`);
    const record = recordFromItem(item);
    const ours = record.state === "held" && item[ATTRIBUTE.takenBy]?.S === takenBy;
    if (written.kind === "refused" && !ours) {
      return record.state === "finished" ? { kind: "finished", record } : { kind: "held", record };
    }
    return taken(record);
  }

  async renew(lease: Lease, durationMs: number, nowMs: number): Promise<UnderLease<Lease>> {
    const value = { ...lease, renewedAtMs: nowMs, expiresAtMs: nowMs + durationMs };
    const written = await this.#write("renew", renewWrite(lease, durationMs, nowMs, this.#retentionDays));
    if (written.kind === "done") return { kind: "done", value };
    const record = written.item && recordFromItem(written.item);
    // Still ours: a later renewal was there first.
    if (record === undefined || !holds(record, lease)) return lost(written.item);
    const { renewedAtMs, expiresAtMs } = record;
    return { kind: "done", value: { ...lease, renewedAtMs, expiresAtMs } };
  }

  async release(lease: Lease, release: Release, nowMs: number): Promise<UnderLease<void>> {
    return this.#underLease(
      "release",
      lease,
      releaseWrite(lease, release, nowMs, this.#retentionDays),
      (item) => item[ATTRIBUTE.leaseState]?.S === "released",
    );
  }

  async finish(
    lease: Lease,
    result: JobResult,
    nowMs: number,
    history?: readonly JobEvent[],
  ): Promise<UnderLease<void>> {
    const json = storedJson("the result", result, RESULT_MAX_BYTES);
    return this.#underLease(
      "finish",
      lease,
      finishWrite(lease, result.kind, json, history, nowMs, this.#retentionDays),
      (item) => item[ATTRIBUTE.leaseState]?.S === "finished" && unpackJson(item[ATTRIBUTE.result]) === json,
    );
  }

  async checkpoint(lease: Lease, checkpoint: Omit<Checkpoint, "savedAtMs">, nowMs: number): Promise<UnderLease<void>> {
    const wanted = storedCheckpoint(checkpoint, nowMs);
    return this.#underLease("checkpoint", lease, checkpointWrite(lease, wanted), (item) =>
      sameCheckpoint(recordFromItem(item).checkpoint, wanted),
    );
  }

  async note(lease: Lease, history: readonly JobEvent[], _nowMs: number): Promise<UnderLease<void>> {
    return this.#underLease("note", lease, noteWrite(lease, history), () => false);
  }

  async read(key: LeaseKey): Promise<LeaseRecord | undefined> {
    const item = await this.#item(key);
    return item === undefined ? undefined : recordFromItem(item);
  }

  async readMany(keys: readonly LeaseKey[]): Promise<LeaseRecord[]> {
    const unique = [...new Set(keys)];
    const found = new Map<LeaseKey, LeaseRecord>();
    for (let start = 0; start < unique.length; start += BATCH_KEYS) {
      for await (const item of this.#batch(unique.slice(start, start + BATCH_KEYS))) {
        const record = recordFromItem(item);
        found.set(record.key, record);
      }
    }
    return unique.flatMap((key) => found.get(key) ?? []);
  }

  async listHeld(limit: number): Promise<LeaseRecord[]> {
    const partitions = await Promise.all(
      Array.from({ length: HELD_PARTITIONS }, async (_, index) => this.#heldIn(heldPartition(index), limit)),
    );
    return partitions
      .flat()
      .toSorted((one, other) => one.expiresAtMs - other.expiresAtMs || (one.key < other.key ? -1 : 1))
      .slice(0, limit);
  }

  async #underLease(
    operation: string,
    lease: Lease,
    write: LeaseWrite,
    isRepetition: (item: Item) => boolean,
  ): Promise<UnderLease<void>> {
    const written = await this.#write(operation, write);
    if (written.kind === "done") return DONE;
    const { item } = written;
    return item !== undefined && sameLease(recordFromItem(item), lease) && isRepetition(item) ? DONE : lost(item);
  }

  async #write(operation: string, write: LeaseWrite): Promise<Written> {
    try {
      const answer = await this.#client.send(new UpdateItemCommand({ ...write, TableName: this.#table }));
      return { kind: "done", item: answer.Attributes };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw new StoreUnavailable(operation, error);
      // No record came along where there is none, and from an emulator that doesn't send it.
      return { kind: "refused", item: error.Item ?? (await this.#item(write.Key?.[ATTRIBUTE.pk]?.S as LeaseKey)) };
    }
  }

  async #item(key: LeaseKey): Promise<Item | undefined> {
    const answer = await unavailable(
      "read",
      this.#client.send(new GetItemCommand({ TableName: this.#table, Key: keyOf(key), ConsistentRead: true })),
    );
    return answer.Item;
  }

  /** What an answer leaves out (it ends at 16 MB, or under load) is asked for again, while it gets less. */
  async *#batch(keys: readonly LeaseKey[]): AsyncGenerator<Item> {
    let asked: Item[] = keys.map(keyOf);
    for (let stalls = 0; asked.length > 0;) {
      const request = { [this.#table]: { Keys: asked, ConsistentRead: true } };
      const answer = await unavailable(
        "readMany",
        this.#client.send(new BatchGetItemCommand({ RequestItems: request })),
      );
      yield* answer.Responses?.[this.#table] ?? [];
      const left = answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
      stalls = left.length < asked.length ? 0 : stalls + 1;
      if (stalls >= BATCH_STALLS_MAX) throw new StoreUnavailable("readMany", `${left.length} keys stay unprocessed`);
      if (stalls > 0) await delay(BATCH_PAUSE_MS * 2 ** stalls);
      asked = left;
    }
  }

  async #heldIn(partition: string, limit: number): Promise<LeaseRecord[]> {
    const records: LeaseRecord[] = [];
    let start: Item | undefined;
    do {
      const answer = await unavailable(
        "listHeld",
        this.#client.send(
          new QueryCommand({
            TableName: this.#table,
            IndexName: LEASES_TABLE.heldIndex.name,
            KeyConditionExpression: "#heldPartition = :partition",
            ExpressionAttributeNames: { "#heldPartition": ATTRIBUTE.heldPartition },
            ExpressionAttributeValues: { ":partition": { S: partition } },
            Limit: limit - records.length,
            ExclusiveStartKey: start,
          }),
        ),
      );
      records.push(...(answer.Items ?? []).map(recordFromItem));
      start = answer.LastEvaluatedKey;
    } while (start !== undefined && records.length < limit);
    return records;
  }
}

type Written = { readonly kind: "done" | "refused"; readonly item: Item | undefined };

const DONE: UnderLease<void> = { kind: "done", value: undefined };

function lost(item: Item | undefined): UnderLease<never> {
  return { kind: "lost", record: item === undefined ? undefined : recordFromItem(item) };
}

function sameLease(record: LeaseRecord, { owner, fence }: Lease): boolean {
  return (
    record.fence === fence && record.owner.container === owner.container && record.owner.invocation === owner.invocation
  );
}

function taken(record: LeaseRecord): Take {
  const { key, id, owner, fence, attempt, acquiredAtMs, renewedAtMs, expiresAtMs, checkpoint, history } = record;
  const lease: Lease = { key, id, owner, fence, attempt, acquiredAtMs, renewedAtMs, expiresAtMs };
  return { kind: "taken", lease, ...(checkpoint === undefined ? {} : { checkpoint }), history };
}

async function unavailable<Answer>(operation: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw new StoreUnavailable(operation, error);
  }
}
