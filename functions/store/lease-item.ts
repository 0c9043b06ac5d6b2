import { createHash } from "node:crypto";

import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import type { Checkpoint, CheckpointBody } from "../core/checkpoint/checkpoint.ts";
import type { JobClass } from "../core/job/job-message.ts";
import type { JobResult } from "../core/job/job-result.ts";
import { HELD_PARTITIONS } from "../core/lease/lease-store.ts";
import type { LeaseKey, LeaseRecord } from "../core/lease/lease.ts";
import { historyOf } from "./lease-history-list.ts";
import { LEASES_TABLE } from "./leases-table.ts";
import { unpackJson } from "./packed-json.ts";

export type Item = Record<string, AttributeValue>;

/** Every attribute of a lease item: the only place that spells their names, with `leases-table.ts`. */
export const ATTRIBUTE = {
  pk: LEASES_TABLE.partitionKey.name,
  /** `takenBy` of the key's first take. */
  id: "id",
  leaseState: "leaseState",
  container: "container",
  invocation: "invocation",
  /** Unique to one call of `take`: tells its own write from another's after a lost answer. */
  takenBy: "takenBy",
  fence: "fence",
  /** Number of the last lease's attempt. */
  attempt: "attempt",
  /** Attempts counted so far. `finish` clears it, so that a redrive starts at 1 in the very write that takes the key. */
  countedAttempts: "countedAttempts",
  acquiredAtMs: "acquiredAtMs",
  renewedAtMs: "renewedAtMs",
  expiresAtMs: LEASES_TABLE.heldIndex.sortKey.name,
  heldPartition: LEASES_TABLE.heldIndex.partitionKey.name,
  garbageAtEpochSeconds: LEASES_TABLE.timeToLiveAttribute,
  jobClass: "jobClass",
  strategy: "strategy",
  site: "site",
  messageId: "messageId",
  releaseReason: "releaseReason",
  /** Packed JSON. */
  result: "result",
  /** Beside the packed result, because a condition can't look into it. */
  resultKind: "resultKind",
  checkpointSequence: "checkpointSequence",
  checkpointStage: "checkpointStage",
  checkpointSavedAtMs: "checkpointSavedAtMs",
  checkpointAttempt: "checkpointAttempt",
  checkpointWorkedMs: "checkpointWorkedMs",
  checkpointSealed: "checkpointSealed",
  /** Binary, of an inline body; else absent. */
  checkpointBody: "checkpointBody",
  /** Key and size of an object; absent with an inline body. */
  checkpointObject: "checkpointObject",
  checkpointBytes: "checkpointBytes",
  /** List, as in `lease-history-list.ts`. */
  history: "history",
  /** Where `finish` puts the history, so that a redrive begins a new one in the very write that takes the key. */
  finishedHistory: "finishedHistory",
} as const;

export type AttributeName = keyof typeof ATTRIBUTE;

/** Which partition of the index of held leases a key belongs to: the same for ever, spread evenly. */
export function heldPartitionOf(key: LeaseKey): string {
  const byte = createHash("sha256").update(key).digest().readUInt8(0);
  return heldPartition(byte % HELD_PARTITIONS);
}

export function heldPartition(index: number): string {
  return `held#${index}`;
}

const MS_PER_SECOND = 1_000;
const SECONDS_PER_DAY = 86_400;

/** When DynamoDB may delete the item. Rounded up: never early. */
export function garbageAtEpochSeconds(lastUseMs: number, retentionDays: number): number {
  return Math.ceil(lastUseMs / MS_PER_SECOND) + retentionDays * SECONDS_PER_DAY;
}

/** Reads an item. Attributes that the record has no field for are left out, absent ones stay absent. */
export function recordFromItem(item: Item): LeaseRecord {
  const state = stringOf(item, "leaseState") as LeaseRecord["state"];
  const [fence, attempt] = [numberOf(item, "fence"), numberOf(item, "attempt")];
  return withoutAbsent({
    key: stringOf(item, "pk") as LeaseKey,
    // A record that an earlier version wrote has none.
    id: item[ATTRIBUTE.id]?.S ?? stringOf(item, "pk"),
    owner: { container: stringOf(item, "container"), invocation: stringOf(item, "invocation") },
    fence,
    attempt,
    acquiredAtMs: numberOf(item, "acquiredAtMs"),
    renewedAtMs: numberOf(item, "renewedAtMs"),
    expiresAtMs: numberOf(item, "expiresAtMs"),
    state,
    attempts: state === "finished" ? attempt : numberOf(item, "countedAttempts"),
    jobClass: item[ATTRIBUTE.jobClass]?.S as JobClass | undefined,
    strategy: item[ATTRIBUTE.strategy]?.S,
    site: item[ATTRIBUTE.site]?.S,
    messageId: item[ATTRIBUTE.messageId]?.S,
    releaseReason: item[ATTRIBUTE.releaseReason]?.S,
    result: parsed(unpackJson(item[ATTRIBUTE.result])) as JobResult | undefined,
    checkpoint: item[ATTRIBUTE.checkpointSequence] === undefined ? undefined : checkpointOf(item),
    history: historyOf(item[state === "finished" ? ATTRIBUTE.finishedHistory : ATTRIBUTE.history], { fence, attempt }),
  });
}

/** An earlier version's says no more than its sequence, which the next one has to pass: its body can't be read, and is empty. */
function checkpointOf(item: Item): Checkpoint {
  return {
    sequence: numberOf(item, "checkpointSequence"),
    stage: item[ATTRIBUTE.checkpointStage]?.S ?? "",
    savedAtMs: Number(item[ATTRIBUTE.checkpointSavedAtMs]?.N ?? 0),
    attempt: Number(item[ATTRIBUTE.checkpointAttempt]?.N ?? 0),
    workedMs: Number(item[ATTRIBUTE.checkpointWorkedMs]?.N ?? 0),
    body: checkpointBodyOf(item),
  };
}

function checkpointBodyOf(item: Item): CheckpointBody {
  const sealed = item[ATTRIBUTE.checkpointSealed]?.BOOL === true;
  const key = item[ATTRIBUTE.checkpointObject]?.S;
  if (key !== undefined) return { kind: "object", key, bytes: numberOf(item, "checkpointBytes"), sealed };
  return { kind: "inline", packed: new Uint8Array(item[ATTRIBUTE.checkpointBody]?.B ?? []), sealed };
}

function stringOf(item: Item, name: AttributeName): string {
  const value = item[ATTRIBUTE[name]]?.S;
  if (value === undefined) throw new TypeError(`lease item ${item[ATTRIBUTE.pk]?.S}: ${name} must be a string`);
  return value;
}

function numberOf(item: Item, name: AttributeName): number {
  const value = item[ATTRIBUTE[name]]?.N;
  if (value === undefined) throw new TypeError(`lease item ${item[ATTRIBUTE.pk]?.S}: ${name} must be a number`);
  return Number(value);
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}

function withoutAbsent(record: LeaseRecord): LeaseRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as unknown as LeaseRecord;
}
