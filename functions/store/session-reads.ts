import type { QueryCommandInput, ScanCommandInput } from "@aws-sdk/client-dynamodb";

import type { PoolPlace } from "../core/session/session-rules.ts";
import { LISTED, SESSION_ATTRIBUTE } from "./session-item.ts";
import { poolListOf } from "./session-pool-place.ts";
import { SESSIONS_TABLE } from "./sessions-table.ts";

/** A clause on the index's number, with what it compares to. */
export interface SortLimit {
  readonly clause: "#poolSortMs < :limitMs" | "#poolSortMs <= :limitMs";
  readonly limitMs: number;
}

/** Names of one list of a pool, the first first. */
export function poolQuery(
  list: PoolPlace["list"],
  pool: string,
  limit: number,
  sort: SortLimit | undefined,
): Omit<QueryCommandInput, "TableName"> {
  const inList = "#poolList = :poolList";
  return {
    IndexName: SESSIONS_TABLE.poolIndex.name,
    KeyConditionExpression: sort === undefined ? inList : `${inList} AND ${sort.clause}`,
    ExpressionAttributeNames: {
      "#poolList": SESSION_ATTRIBUTE.poolList,
      ...(sort === undefined ? {} : { "#poolSortMs": SESSION_ATTRIBUTE.poolSortMs }),
    },
    ExpressionAttributeValues: {
      ":poolList": { S: poolListOf(list, pool) },
      ...(sort === undefined ? {} : { ":limitMs": { N: String(sort.limitMs) } }),
    },
    Limit: limit,
  };
}

/** Every session without its state. The state is read and paid for nevertheless: a projection only saves the way. */
export const LIST_SCAN: Omit<ScanCommandInput, "TableName"> = {
  ProjectionExpression: LISTED.map((name) => `#${name}`).join(", "),
  ExpressionAttributeNames: Object.fromEntries(LISTED.map((name) => [`#${name}`, SESSION_ATTRIBUTE[name]])),
};
