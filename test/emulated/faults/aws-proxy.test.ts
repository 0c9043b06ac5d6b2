import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  ChangeMessageVisibilityBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startAwsProxy, type AwsProxy, type Exchange } from "../../../chaos/aws-proxy/aws-proxy.ts";
import type { Fault } from "../../../chaos/aws-proxy/fault-rule.ts";
import {
  createLeasesTable,
  EMULATOR_CREDENTIALS,
  EMULATOR_REGION,
  emulatedDynamoDbClient,
  startDynamoDb,
  startQueuesAndBucket,
  type DynamoDbEmulator,
  type QueuesAndBucket,
} from "../../setup/emulators.ts";
import { LEASES_TABLE } from "../../../functions/store/leases-table.ts";
import { SeededRandom } from "../../unit/core/session/schedules/seeded-random.ts";

const TABLE = "leases";
/** One attempt, and answers that nobody waits long for. */
const ONCE = {
  region: EMULATOR_REGION,
  credentials: EMULATOR_CREDENTIALS,
  maxAttempts: 1,
  requestHandler: { requestTimeout: 2_000, socketTimeout: 2_000, throwOnRequestTimeout: true },
} as const;

let dynamo: DynamoDbEmulator;
let queues: QueuesAndBucket;
beforeAll(async () => {
  [dynamo, queues] = await Promise.all([startDynamoDb(), startQueuesAndBucket()]);
  await createLeasesTable(emulatedDynamoDbClient(dynamo.endpoint), TABLE);
});
afterAll(async () => {
  await Promise.all([dynamo.stop(), queues.stop()]);
});

describe("before DynamoDB", () => {
  let proxy: AwsProxy;
  let exchanges: Exchange[];
  let client: DynamoDBClient;
  beforeEach(async () => {
    exchanges = [];
    proxy = await startAwsProxy({
      targetUrl: dynamo.endpoint,
      onExchange: (exchange) => exchanges.push(exchange),
      random: (
        (random) => () =>
          random.next()
      )(new SeededRandom(7)),
    });
    client = new DynamoDBClient({ ...ONCE, endpoint: proxy.url });
  });
  afterEach(async () => {
    client.destroy();
    await proxy.close();
  });

  let puts = 0;
  async function put(): Promise<{ readonly key: string; readonly error: unknown }> {
    puts += 1;
    const key = `job#${puts}`;
    const written = client.send(
      new PutItemCommand({ TableName: TABLE, Item: { [LEASES_TABLE.partitionKey.name]: { S: key } } }),
    );
    return {
      key,
      error: await written.then(
        () => undefined,
        (error: unknown) => error,
      ),
    };
  }

  async function isWritten(key: string): Promise<boolean> {
    const direct = emulatedDynamoDbClient(dynamo.endpoint);
    const { Item } = await direct.send(
      new GetItemCommand({
        TableName: TABLE,
        Key: { [LEASES_TABLE.partitionKey.name]: { S: key } },
        ConsistentRead: true,
      }),
    );
    direct.destroy();
    return Item !== undefined;
  }

  test("passes on what no rule is for, and tells it", async () => {
    proxy.setRules([{ operations: ["DeleteItem"], fault: { kind: "throttle" } }]);
    const { key, error } = await put();
    expect(error).toBeUndefined();
    expect(await isWritten(key)).toBe(true);
    expect(exchanges).toMatchObject([
      { service: "dynamodb", operation: "PutItem", input: { TableName: TABLE }, status: 200, fault: undefined },
    ]);
  });

  const FAULTS: readonly { readonly fault: Fault; readonly told: object; readonly written: boolean }[] = [
    { fault: { kind: "throttle" }, told: { name: "ProvisionedThroughputExceededException" }, written: false },
    { fault: { kind: "throttle", code: "ThrottlingException" }, told: { name: "ThrottlingException" }, written: false },
    { fault: { kind: "error", status: 500 }, told: { $metadata: { httpStatusCode: 500 } }, written: false },
    { fault: { kind: "error", status: 503 }, told: { $metadata: { httpStatusCode: 503 } }, written: false },
    { fault: { kind: "hang" }, told: { name: "TimeoutError" }, written: false },
    { fault: { kind: "reset" }, told: { code: "ECONNRESET" }, written: false },
    { fault: { kind: "lost-answer" }, told: { code: "ECONNRESET" }, written: true },
    { fault: { kind: "cut-answer" }, told: { code: "ECONNRESET" }, written: true },
    { fault: { kind: "stalled-answer" }, told: { name: "TimeoutError" }, written: true },
    { fault: { kind: "slow", afterMs: 60_000 }, told: { name: "TimeoutError" }, written: true },
  ];

  test.each(FAULTS)("$fault.kind is met once: written $written", async ({ fault, told, written }) => {
    proxy.setRules([{ operations: ["PutItem"], times: 1, fault }]);
    const { key, error } = await put();
    expect(error).toMatchObject(told);
    expect(await isWritten(key)).toBe(written);
    expect(exchanges).toMatchObject([{ operation: "PutItem", fault: fault.kind, status: written ? 200 : undefined }]);
    expect((await put()).error).toBeUndefined();
  });

  test("a late write is carried out after its caller has given up", async () => {
    const told = Promise.withResolvers<void>();
    await proxy.close();
    proxy = await startAwsProxy({ targetUrl: dynamo.endpoint, onExchange: () => told.resolve() });
    client = new DynamoDBClient({
      ...ONCE,
      endpoint: proxy.url,
      requestHandler: { requestTimeout: 100, throwOnRequestTimeout: true },
    });
    proxy.setRules([{ fault: { kind: "slow", beforeMs: 1_000 } }]);
    const { key, error } = await put();
    expect(error).toMatchObject({ name: "TimeoutError" });
    await told.promise;
    expect(await isWritten(key)).toBe(true);
  });

  test("draws from its random numbers", async () => {
    proxy.setRules([{ probability: 0.5, fault: { kind: "throttle" } }]);
    for (let index = 0; index < 40; index += 1) await put();
    const drawn = new SeededRandom(7);
    expect(exchanges.map(({ fault }) => fault)).toEqual(
      exchanges.map(() => (drawn.next() < 0.5 ? "throttle" : undefined)),
    );
  });

  test("chooses by what is written, and the first rule decides", async () => {
    proxy.setRules([
      { when: ({ input }) => JSON.stringify(input).includes(`job#${puts}`), times: 1, fault: { kind: "throttle" } },
      { fault: { kind: "error", status: 500 } },
    ]);
    expect((await put()).error).toMatchObject({ name: "ProvisionedThroughputExceededException" });
    expect((await put()).error).toMatchObject({ $metadata: { httpStatusCode: 500 } });
  });
});

describe("before SQS and S3 at once", () => {
  let proxy: AwsProxy;
  let exchanges: Exchange[];
  let sqs: SQSClient;
  let s3: S3Client;
  beforeAll(async () => {
    proxy = await startAwsProxy({ targetUrl: queues.endpoint, onExchange: (exchange) => exchanges.push(exchange) });
    sqs = new SQSClient({ ...ONCE, endpoint: proxy.url, useQueueUrlAsEndpoint: false });
    s3 = new S3Client({ ...ONCE, endpoint: proxy.url, forcePathStyle: true });
  });
  beforeEach(() => {
    exchanges = [];
    proxy.setRules([]);
  });
  afterAll(async () => {
    sqs.destroy();
    s3.destroy();
    await proxy.close();
  });

  test("SQS is throttled in its own words", async () => {
    proxy.setRules([{ service: "sqs", fault: { kind: "throttle" } }]);
    const send = sqs.send(new SendMessageCommand({ QueueUrl: queues.urls.results, MessageBody: "one" }));
    await expect(send).rejects.toMatchObject({ name: "RequestThrottled", $metadata: { httpStatusCode: 400 } });
  });

  test("of a batch some entries fail, and the others are carried out", async () => {
    const { express } = queues.urls;
    for (const MessageBody of ["one", "two"])
      await sqs.send(new SendMessageCommand({ QueueUrl: express, MessageBody }));
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: express, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    proxy.setRules([
      { operations: ["ChangeMessageVisibilityBatch"], times: 1, fault: { kind: "partial", entries: 1 } },
    ]);
    const show = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: express,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    );
    expect(show).toMatchObject({ Successful: [{ Id: "1" }], Failed: [{ Id: "0", SenderFault: false }] });
    const again = await sqs.send(new ReceiveMessageCommand({ QueueUrl: express, MaxNumberOfMessages: 10 }));
    expect(again.Messages?.map(({ Body }) => Body)).toEqual([Messages[1]?.Body]);
  });

  test("objects pass through it, and S3 is told to slow down in its own words", async () => {
    const object = { Bucket: queues.bucket, Key: "a/b.bin" };
    await s3.send(new PutObjectCommand({ ...object, Body: new Uint8Array(100_000).fill(7) }));
    const { Body } = await s3.send(new GetObjectCommand(object));
    expect((await Body?.transformToByteArray())?.length).toBe(100_000);
    expect(exchanges).toMatchObject([
      { service: "s3", operation: "PutObject", path: expect.stringContaining("/a/b.bin") as string },
      { service: "s3", operation: "GetObject", status: 200 },
    ]);
    proxy.setRules([{ operations: ["PutObject"], fault: { kind: "throttle" } }]);
    const put = s3.send(new PutObjectCommand({ ...object, Body: "x" }));
    await expect(put).rejects.toMatchObject({ name: "SlowDown", $metadata: { httpStatusCode: 503 } });
  });
});
