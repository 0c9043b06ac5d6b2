import { ScanCommand } from "@aws-sdk/client-dynamodb";

import { poolPlaceOf } from "../../../functions/core/session/session-rules.ts";
import type { SessionRecord } from "../../../functions/core/session/session.ts";
import { sessionFromItem } from "../../../functions/store/session-item.ts";
import { SESSIONS_TABLE } from "../../../functions/store/sessions-table.ts";
import type { CreatedSessionStore } from "../../setup/session-stores.ts";

/** `<list>#<pool> <number>` by name. */
export type Places = Readonly<Record<string, string>>;

/** What stands in the index, as it stands there. */
export async function indexedPlaces({ client, table }: Pick<CreatedSessionStore, "client" | "table">): Promise<Places> {
  const { partitionKey, poolIndex } = SESSIONS_TABLE;
  const { Items } = await client.send(new ScanCommand({ TableName: table, IndexName: poolIndex.name }));
  return Object.fromEntries(
    (Items ?? []).map((item) => [
      item[partitionKey.name]?.S,
      `${item[poolIndex.partitionKey.name]?.S} ${Number(item[poolIndex.sortKey.name]?.N)}`,
    ]),
  );
}

/** What the rule says that must stand there. */
export function placesOf(records: readonly SessionRecord[]): Places {
  return Object.fromEntries(
    records.flatMap((record) => {
      const place = poolPlaceOf(record);
      return place === undefined ? [] : [[record.name, `${place.list}#${record.pool} ${place.sortMs}`]];
    }),
  );
}

/** Every record by name, read past all stores, so that none of them learns from it. */
export async function storedRecords({
  client,
  table,
}: Pick<CreatedSessionStore, "client" | "table">): Promise<SessionRecord[]> {
  const { Items } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  return (Items ?? []).map(sessionFromItem).toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
