import { gunzipSync } from "node:zlib";

import {
  BatchGetItemCommand,
  GetItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

import type { JobResult } from "../functions/core/job/job-result.ts";

type Item = Record<string, AttributeValue>;

/**
 * The part of a job record that the CLI reads: the names that a deployed table has. Copied from the worker's own item
 * file, which the CLI doesn't import; test/emulated/cli/job-record.test.ts fails when the two differ.
 */
const RECORD = {
  key: "pk",
  state: "leaseState",
  container: "container",
  attempt: "attempt",
  fence: "fence",
  acquiredAtMs: "acquiredAtMs",
  renewedAtMs: "renewedAtMs",
  expiresAtMs: "expiresAtMs",
  jobClass: "jobClass",
  strategy: "strategy",
  site: "site",
  releaseReason: "releaseReason",
  result: "result",
} as const;

/** The sparse index of held leases and its partitions. Copied likewise. */
export const HELD_INDEX = { name: "held", partitionKey: "heldPartition", partitions: 8 } as const;

/** One job's record, as `sublet status` shows it. */
export interface JobRecord {
  readonly id: string;
  readonly state: "held" | "released" | "finished";
  readonly attempt: number;
  readonly fence: number;
  readonly container: string;
  readonly class?: string;
  readonly strategy?: string;
  readonly site?: string;
  readonly acquiredAtMs: number;
  readonly renewedAtMs: number;
  readonly expiresAtMs: number;
  readonly releaseReason?: string;
  /** Present when finished. */
  readonly result?: JobResult;
}

const KEYS_PER_REQUEST = 100;

/** One strongly consistent read. */
export async function readRecord(client: DynamoDBClient, table: string, id: string): Promise<JobRecord | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true }));
  return Item && recordOf(Item);
}

/** One batch read for each 100 ids; ids without a record are left out. */
export async function readRecords(client: DynamoDBClient, table: string, ids: readonly string[]): Promise<JobRecord[]> {
  const records: JobRecord[] = [];
  for (let from = 0; from < ids.length; from += KEYS_PER_REQUEST) {
    let keys: Item[] | undefined = ids.slice(from, from + KEYS_PER_REQUEST).map(keyOf);
    while (keys !== undefined && keys.length > 0) {
      const request: BatchGetItemCommand = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys } } });
      const { Responses, UnprocessedKeys } = await client.send(request);
      records.push(...(Responses?.[table] ?? []).map(recordOf));
      keys = UnprocessedKeys?.[table]?.Keys;
    }
  }
  return records;
}

/** Jobs that run now, soonest expiry first, as the index shows them: a moment late. */
export async function listHeld(client: DynamoDBClient, table: string): Promise<JobRecord[]> {
  const partitions = Array.from({ length: HELD_INDEX.partitions }, (_, index) => `held#${index}`);
  const pages = await Promise.all(partitions.map((partition) => queryHeld(client, table, partition)));
  return pages
    .flat()
    .filter(({ [RECORD.key]: key }) => key?.S?.startsWith(JOB_PREFIX))
    .map(recordOf)
    .toSorted((one, other) => one.expiresAtMs - other.expiresAtMs);
}

async function queryHeld(client: DynamoDBClient, table: string, partition: string): Promise<Item[]> {
  const { Items } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: HELD_INDEX.name,
      KeyConditionExpression: "#held = :partition",
      ExpressionAttributeNames: { "#held": HELD_INDEX.partitionKey },
      ExpressionAttributeValues: { ":partition": { S: partition } },
    }),
  );
  return Items ?? [];
}

const JOB_PREFIX = "job#";

function keyOf(id: string): Item {
  return { [RECORD.key]: { S: `${JOB_PREFIX}${id}` } };
}

function recordOf(item: Item): JobRecord {
  const text = (name: keyof typeof RECORD) => item[RECORD[name]]?.S;
  const number = (name: keyof typeof RECORD) => Number(item[RECORD[name]]?.N ?? 0);
  const optional = {
    class: text("jobClass"),
    strategy: text("strategy"),
    site: text("site"),
    releaseReason: text("releaseReason"),
    result: resultOf(item[RECORD.result]),
  };
  return {
    id: (text("key") ?? "").slice(JOB_PREFIX.length),
    state: (text("state") ?? "released") as JobRecord["state"],
    attempt: number("attempt"),
    fence: number("fence"),
    container: text("container") ?? "",
    acquiredAtMs: number("acquiredAtMs"),
    renewedAtMs: number("renewedAtMs"),
    expiresAtMs: number("expiresAtMs"),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/** Results are JSON, packed by gzip from 1 KB on. */
function resultOf(attribute: AttributeValue | undefined): JobResult | undefined {
  const json = attribute?.B === undefined ? attribute?.S : gunzipSync(attribute.B).toString();
  return json === undefined ? undefined : (JSON.parse(json) as JobResult);
}
