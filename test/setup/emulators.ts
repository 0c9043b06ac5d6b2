import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, type Projection } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import dynalite from "dynalite";
import { buildApp } from "fauxqs";

import type { WorkerQueueUrls } from "../../functions/queue/queue-urls.ts";
import { LEASES_TABLE } from "../../functions/store/leases-table.ts";
import { SESSIONS_TABLE } from "../../functions/store/sessions-table.ts";
import { completeFauxqs } from "../../local/emulators/complete-fauxqs.ts";
import { completeDynalite } from "./complete-dynalite.ts";

/** What a client of an emulator needs beside the endpoint. */
export const EMULATOR_REGION = "eu-central-1";
export const EMULATOR_CREDENTIALS = { accessKeyId: "emulator", secretAccessKey: "emulator" } as const;

export interface DynamoDbEmulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** DynamoDB in this process, on a free port. */
export async function startDynamoDb(): Promise<DynamoDbEmulator> {
  completeDynalite();
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    },
  };
}

export function emulatedDynamoDbClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
}

/** The leases table as the state stack declares it. */
export async function createLeasesTable(client: DynamoDBClient, name: string): Promise<void> {
  const { partitionKey, heldIndex } = LEASES_TABLE;
  const NonKeyAttributes = [...heldIndex.includedAttributes];
  await createTable(client, name, partitionKey, heldIndex, { ProjectionType: "INCLUDE", NonKeyAttributes });
}

/** The sessions table as the state stack declares it. */
export async function createSessionsTable(client: DynamoDBClient, name: string): Promise<void> {
  const { partitionKey, poolIndex } = SESSIONS_TABLE;
  await createTable(client, name, partitionKey, poolIndex, { ProjectionType: "KEYS_ONLY" });
}

interface Key {
  readonly name: string;
  readonly type: "S" | "N";
}

async function createTable(
  client: DynamoDBClient,
  name: string,
  partitionKey: Key,
  index: { readonly name: string; readonly partitionKey: Key; readonly sortKey: Key },
  projection: Projection,
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [partitionKey, index.partitionKey, index.sortKey].map((key) => ({
        AttributeName: key.name,
        AttributeType: key.type,
      })),
      KeySchema: [{ AttributeName: partitionKey.name, KeyType: "HASH" }],
      GlobalSecondaryIndexes: [
        {
          IndexName: index.name,
          KeySchema: [
            { AttributeName: index.partitionKey.name, KeyType: "HASH" },
            { AttributeName: index.sortKey.name, KeyType: "RANGE" },
          ],
          Projection: projection,
        },
      ],
    }),
  );
  let status: string | undefined;
  while (status !== "ACTIVE") {
    const described = await client.send(new DescribeTableCommand({ TableName: name }));
    status = described.Table?.TableStatus;
  }
}

export interface QueuesAndBucket {
  readonly endpoint: string;
  readonly urls: WorkerQueueUrls;
  readonly bucket: string;
  stop(): Promise<void>;
}

/**
 * SQS and S3 in this process, on a free port, with Sublet's queues and bucket. Built from the emulator's app, since
 * `startFauxqs` listens on all interfaces (fauxqs 2.4.1).
 */
export async function startQueuesAndBucket(): Promise<QueuesAndBucket> {
  await completeFauxqs();
  const app = buildApp({ logger: false, defaultRegion: EMULATOR_REGION });
  const endpoint = await app.listen({ port: 0, host: "127.0.0.1" });
  const sqs = emulatedSqsClient(endpoint);
  const s3 = emulatedS3Client(endpoint);
  try {
    const bucket = "sublet-artifacts";
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const urls = {
      express: await createQueue(sqs, "sublet-express"),
      jobs: await createQueue(sqs, "sublet-jobs"),
      sessionJobs: await createQueue(sqs, "sublet-session-jobs.fifo", { FifoQueue: "true" }),
      deadLetter: await createQueue(sqs, "sublet-dead-letter"),
      sessionDeadLetter: await createQueue(sqs, "sublet-session-dead-letter.fifo", { FifoQueue: "true" }),
      results: await createQueue(sqs, "sublet-results"),
    };
    return { endpoint, urls, bucket, stop: async () => app.close() };
  } finally {
    sqs.destroy();
    s3.destroy();
  }
}

export async function createQueue(
  client: SQSClient,
  name: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  if (QueueUrl === undefined) throw new Error(`no URL for queue ${name}`);
  return QueueUrl;
}

/** Queue URLs of the emulator name a host that needn't resolve, so they are no endpoint. */
export function emulatedSqsClient(endpoint: string): SQSClient {
  return new SQSClient({
    endpoint,
    region: EMULATOR_REGION,
    credentials: EMULATOR_CREDENTIALS,
    useQueueUrlAsEndpoint: false,
  });
}

export function emulatedS3Client(endpoint: string): S3Client {
  return new S3Client({ endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
}
