import { randomUUID } from "node:crypto";

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { DynamoDbSessionStore } from "../../functions/store/dynamodb-session-store.ts";
import { createSessionsTable, emulatedDynamoDbClient, startDynamoDb } from "./emulators.ts";

/** Session stores on one emulator, each with a client and an empty table of its own. */
export interface SessionStores {
  readonly endpoint: string;
  create(change?: (client: DynamoDBClient) => void): Promise<CreatedSessionStore>;
  stop(): Promise<void>;
}

export interface CreatedSessionStore {
  readonly store: DynamoDbSessionStore;
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Another container's store on the same table: it has seen nothing yet. */
  readonly stranger: () => DynamoDbSessionStore;
}

export async function startSessionStores(): Promise<SessionStores> {
  const emulator = await startDynamoDb();
  const clients: DynamoDBClient[] = [];
  return {
    endpoint: emulator.endpoint,
    async create(change = () => {}) {
      const client = emulatedDynamoDbClient(emulator.endpoint);
      clients.push(client);
      change(client);
      const table = `sessions-${randomUUID()}`;
      await createSessionsTable(client, table);
      const stranger = () => new DynamoDbSessionStore(client, table);
      return { store: stranger(), client, table, stranger };
    },
    async stop() {
      for (const client of clients) client.destroy();
      await emulator.stop();
    },
  };
}
