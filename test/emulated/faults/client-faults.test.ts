import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ListKeysCommand } from "@aws-sdk/client-kms";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { DescribeParametersCommand } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { startAwsProxy, type AwsProxy } from "../../../chaos/aws-proxy/aws-proxy.ts";
import type { Fault } from "../../../chaos/aws-proxy/fault-rule.ts";
import { sqsClient } from "../../../functions/queue/sqs-client.ts";
import { kmsClient, secretsManagerClient, ssmClient } from "../../../functions/secrets/aws-clients.ts";
import { dynamoDbClient } from "../../../functions/store/dynamodb-client.ts";
import { LEASES_TABLE } from "../../../functions/store/leases-table.ts";
import { s3Client } from "../../../functions/store/s3-client.ts";
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

const TABLE = "leases";
/** What the SDK's budget of retries allows. Source: @smithy/core 3.41.0, retry constants: 500 tokens, 5 and 14 a retry. */
const THROTTLE_RETRIES = 100;
const FAILURE_RETRIES = 35;

let dynamo: DynamoDbEmulator;
let queues: QueuesAndBucket;
beforeAll(async () => {
  [dynamo, queues] = await Promise.all([startDynamoDb(), startQueuesAndBucket()]);
  await createLeasesTable(emulatedDynamoDbClient(dynamo.endpoint), TABLE);
});
afterAll(async () => {
  await Promise.all([dynamo.stop(), queues.stop()]);
});

let requests: number;
let proxy: AwsProxy;
let client: { destroy(): void };
/** How often the service is asked. */
async function startProxy(targetUrl: string): Promise<void> {
  requests = 0;
  proxy = await startAwsProxy({ targetUrl, onExchange: () => (requests += 1) });
  vi.stubEnv("AWS_ENDPOINT_URL", proxy.url);
}
beforeEach(() => {
  vi.stubEnv("AWS_REGION", EMULATOR_REGION);
  vi.stubEnv("AWS_ACCESS_KEY_ID", EMULATOR_CREDENTIALS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", EMULATOR_CREDENTIALS.secretAccessKey);
  // The SDK draws its pauses from here: none takes time.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function readsItem() {
  const created = dynamoDbClient();
  client = created;
  const read = { TableName: TABLE, Key: { [LEASES_TABLE.partitionKey.name]: { S: "job#1" } } };
  return async () => created.send(new GetItemCommand(read));
}

/** A queue URL as AWS and emulators hand it out: its host must not be asked. */
const QueueUrl = "http://sqs.eu-central-1.invalid:4566/000000000000/sublet-jobs";

function receives() {
  const created = sqsClient();
  client = created;
  return async () => created.send(new ReceiveMessageCommand({ QueueUrl }));
}

function puts() {
  const created = s3Client();
  client = created;
  const put = { Bucket: queues.bucket, Key: "job-1/page.png", Body: new Uint8Array(10_000) };
  return async () => created.send(new PutObjectCommand(put));
}

const SERVICES = [
  { name: "DynamoDB", endpoint: () => dynamo.endpoint, calls: readsItem, attempts: 4 },
  { name: "SQS", endpoint: () => queues.endpoint, calls: receives, attempts: 4 },
  { name: "S3", endpoint: () => queues.endpoint, calls: puts, attempts: 3 },
];

const FAULTS: readonly Fault[] = [
  { kind: "throttle" },
  { kind: "throttle", code: "ThrottlingException" },
  { kind: "error", status: 500 },
  { kind: "error", status: 503 },
  { kind: "reset" },
  { kind: "lost-answer" },
];
const PASSING = FAULTS.map((fault) => ({ fault, named: Object.values(fault).join(" ") }));

describe.each(SERVICES)("the client of $name", ({ endpoint, calls, attempts }) => {
  beforeEach(async () => startProxy(endpoint()));

  test.each(PASSING)("asks again after $named", async ({ fault }) => {
    const call = calls();
    proxy.setRules([{ fault, times: 1 }]);
    await call();
    expect(requests).toBe(2);
  });

  test.each(PASSING)("asks so many times and no more where all it meets is $named", async ({ fault }) => {
    const call = calls();
    proxy.setRules([{ fault }]);
    await expect(call()).rejects.toBeInstanceOf(Error);
    expect(requests).toBe(attempts);
  });

  test("asks again where no answer comes, or one comes late", async () => {
    const call = calls();
    proxy.setRules([
      { fault: { kind: "hang" }, times: 1 },
      { fault: { kind: "slow", afterMs: 600_000 }, times: 1 },
    ]);
    await call();
    expect(requests).toBe(3);
  }, 60_000);
});

describe.each([
  { name: "KMS", create: kmsClient, command: new ListKeysCommand() },
  { name: "Secrets Manager", create: secretsManagerClient, command: new ListSecretsCommand() },
  { name: "SSM", create: ssmClient, command: new DescribeParametersCommand() },
])("the client of $name", ({ create, command }) => {
  test.each([{ kind: "throttle" }, { kind: "error", status: 500 }, { kind: "reset" }] as const)(
    "asks four times and no more where all it meets is $kind",
    async (fault) => {
      await startProxy("http://127.0.0.1:9");
      proxy.setRules([{ fault }]);
      const created = create();
      client = created;
      await expect((created.send.bind(created) as (asked: object) => Promise<unknown>)(command)).rejects.toBeInstanceOf(
        Error,
      );
      expect(requests).toBe(4);
    },
  );
});

describe("an answer that ends in its midst", () => {
  test.each(SERVICES.slice(0, 2))(
    "is asked for again, closed or not, by the client of $name",
    async ({ endpoint, calls }) => {
      await startProxy(endpoint());
      const call = calls();
      proxy.setRules([
        { fault: { kind: "cut-answer" }, times: 1 },
        { fault: { kind: "stalled-answer" }, times: 1 },
      ]);
      await call();
      expect(requests).toBe(3);
    },
  );
});

describe("fifty calls at once", () => {
  test.each([
    { kind: "throttle", retries: THROTTLE_RETRIES, refilled: 3 },
    { kind: "error", status: 500, retries: FAILURE_RETRIES, refilled: 2 },
  ] as const)("share one budget of retries: $kind", async ({ retries, refilled, ...fault }) => {
    await startProxy(dynamo.endpoint);
    const call = readsItem();
    proxy.setRules([{ fault }]);
    const wave = async () => {
      requests = 0;
      const ends = await Promise.allSettled(Array.from({ length: 50 }, call));
      expect(ends.filter(({ status }) => status === "fulfilled")).toEqual([]);
      return requests;
    };
    expect(await wave()).toBe(50 + retries);
    expect(await wave()).toBe(50);
    // Successes fill the budget again.
    proxy.setRules([]);
    for (let index = 0; index < 28; index += 1) await call();
    proxy.setRules([{ fault }]);
    requests = 0;
    await expect(call()).rejects.toBeInstanceOf(Error);
    expect(requests).toBe(1 + refilled);
  });
});
