import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { dynamoDbClient } from "../../../functions/store/dynamodb-client.ts";
import { LEASES_TABLE } from "../../../functions/store/leases-table.ts";
import {
  createLeasesTable,
  EMULATOR_CREDENTIALS,
  EMULATOR_REGION,
  emulatedDynamoDbClient,
  startDynamoDb,
  type DynamoDbEmulator,
} from "../../setup/emulators.ts";

const TABLE = "leases";

/** The way to a service, with a box between that forgets connections, as one does while a container is frozen. */
async function startWay(port: number) {
  const sides = new Set<Socket>();
  const open: [Socket, Socket][] = [];
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const side of [near, far]) sides.add(side.on("error", () => {}));
    near.pipe(far).pipe(near);
    open.push([near, far]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return open.length;
    },
    /** What is open takes requests from now on, and never answers. */
    forget() {
      for (const [near, far] of open.splice(0)) {
        near.unpipe(far).resume();
        far.unpipe(near).destroy();
      }
    },
    async close() {
      for (const side of sides) side.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

describe("a container that wakes up with connections that are dead", () => {
  let dynamo: DynamoDbEmulator;
  let way: Awaited<ReturnType<typeof startWay>>;
  beforeEach(async () => {
    dynamo = await startDynamoDb();
    await createLeasesTable(emulatedDynamoDbClient(dynamo.endpoint), TABLE);
    way = await startWay(Number(new URL(dynamo.endpoint).port));
    vi.stubEnv("AWS_ENDPOINT_URL", way.url);
    vi.stubEnv("AWS_REGION", EMULATOR_REGION);
    vi.stubEnv("AWS_ACCESS_KEY_ID", EMULATOR_CREDENTIALS.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", EMULATOR_CREDENTIALS.secretAccessKey);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await way.close();
    await dynamo.stop();
  });

  test("has a live one by its third attempt, however many calls it made at once before", async () => {
    const client = dynamoDbClient();
    const read = async () =>
      client.send(new GetItemCommand({ TableName: TABLE, Key: { [LEASES_TABLE.partitionKey.name]: { S: "job#1" } } }));
    await Promise.all(Array.from({ length: 10 }, read));
    expect(way.connections).toBeGreaterThan(5);
    way.forget();
    const { $metadata } = await read();
    expect($metadata.attempts).toBe(3);
    expect((await read()).$metadata.attempts).toBe(1);
    client.destroy();
  });
});
