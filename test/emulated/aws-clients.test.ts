import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, test, vi } from "vitest";

import { sqsClient } from "../../functions/queue/sqs-client.ts";
import { dynamoDbClient } from "../../functions/store/dynamodb-client.ts";
import { s3Client } from "../../functions/store/s3-client.ts";
import { countRequests } from "../setup/request-count.ts";

/** What the SDK's own handler answers of its settings, once it has been used. */
interface ConfiguredHandler {
  httpHandlerConfigs(): object;
}

/** A queue URL as AWS and emulators hand it out: its host must not be asked. */
const QueueUrl = "http://sqs.eu-central-1.invalid:4566/000000000000/jobs";

const CLIENTS = [
  {
    name: "DynamoDB",
    attempts: 4,
    create: () => {
      const client = dynamoDbClient();
      return { client, ask: async () => client.send(new ListTablesCommand()) };
    },
  },
  {
    name: "S3",
    attempts: 3,
    create: () => {
      const client = s3Client();
      return { client, ask: async () => client.send(new ListBucketsCommand()) };
    },
  },
  {
    name: "SQS",
    attempts: 4,
    create: () => {
      const client = sqsClient();
      return { client, ask: async () => client.send(new ReceiveMessageCommand({ QueueUrl })) };
    },
  },
];

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(CLIENTS)("the client of $name", ({ create, attempts }) => {
  test("asks the endpoint of the environment, and gives up after its attempts", async () => {
    const server = createServer((_, response) => response.writeHead(503).end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "emulator");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "emulator");
    const { client, ask } = create();
    const requests = countRequests(client);
    await expect(ask()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(requests.take()).toHaveLength(attempts);
    expect((client.config.requestHandler as ConfiguredHandler).httpHandlerConfigs()).toMatchObject({
      connectionTimeout: expect.any(Number),
      requestTimeout: expect.any(Number),
      throwOnRequestTimeout: true,
    });
    client.destroy();
    server.close();
  });
});
