import { randomUUID } from "node:crypto";

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { DynamoDbLeaseStore } from "../../functions/store/dynamodb-lease-store.ts";
import { createLeasesTable, emulatedDynamoDbClient, startDynamoDb } from "./emulators.ts";

/** Lease stores on one emulator, each with a client and an empty table of its own. */
export interface LeaseStores {
  readonly endpoint: string;
  create(change?: (client: DynamoDBClient) => void): Promise<CreatedStore>;
  stop(): Promise<void>;
}

export interface CreatedStore {
  readonly store: DynamoDbLeaseStore;
  readonly client: DynamoDBClient;
  readonly table: string;
}

export const RETENTION_DAYS = 30;

export async function startLeaseStores(): Promise<LeaseStores> {
  const emulator = await startDynamoDb();
  const clients: DynamoDBClient[] = [];
  return {
    endpoint: emulator.endpoint,
    async create(change = () => {}) {
      const client = emulatedDynamoDbClient(emulator.endpoint);
      clients.push(client);
      change(client);
      const table = `leases-${randomUUID()}`;
      await createLeasesTable(client, table);
      return { store: new DynamoDbLeaseStore(client, table, RETENTION_DAYS), client, table };
    },
    async stop() {
      for (const client of clients) client.destroy();
      await emulator.stop();
    },
  };
}
