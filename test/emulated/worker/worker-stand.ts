import { randomUUID } from "node:crypto";

import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";

import { readConfiguration } from "../../../functions/core/configuration/configuration-table.ts";
import type { JobMessage } from "../../../functions/core/job/job-message.ts";
import type { JobResult } from "../../../functions/core/job/job-result.ts";
import { TEXT_ONLY } from "../../../functions/core/job/resource-policy.ts";
import type { Log } from "../../../functions/core/logging/log.ts";
import { fromReceivedMessage } from "../../../functions/queue/received-message.ts";
import { SqsJobQueue } from "../../../functions/queue/sqs-job-queue.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { S3ArtifactStore } from "../../../functions/store/s3-artifact-store.ts";
import {
  defineStrategy,
  type Strategy,
  type StrategyRun,
} from "../../../functions/strategies/contract/define-strategy.ts";
import { BrowserAccount } from "../../../functions/worker/browser-account.ts";
import type { Container } from "../../../functions/worker/container.ts";
import { workerConfiguration } from "../../../functions/worker/configuration.ts";
import { runBatch, type BatchEnd } from "../../../functions/worker/run-batch.ts";
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
import { QuickBrowser } from "./quick-browser.ts";

const TABLE = "leases";
export const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The worker on emulators: real stores and queues, real batches, a browser room without a browser. */
export class WorkerStand {
  readonly #dynamo: DynamoDbEmulator;
  readonly #sqs: QueuesAndBucket;
  readonly sqs: SQSClient;
  readonly leases: DynamoDbLeaseStore;
  readonly queue: SqsJobQueue;
  readonly browser = new QuickBrowser();

  private constructor(dynamo: DynamoDbEmulator, sqs: QueuesAndBucket) {
    this.#dynamo = dynamo;
    this.#sqs = sqs;
    this.sqs = new SQSClient({ endpoint: sqs.endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
    this.leases = new DynamoDbLeaseStore(emulatedDynamoDbClient(dynamo.endpoint), TABLE, 30);
    this.queue = new SqsJobQueue(this.sqs, sqs.urls, 60);
  }

  static async start(): Promise<WorkerStand> {
    const [dynamo, sqs] = await Promise.all([startDynamoDb(), startQueuesAndBucket()]);
    await createLeasesTable(emulatedDynamoDbClient(dynamo.endpoint), TABLE);
    return new WorkerStand(dynamo, sqs);
  }

  async stop(): Promise<void> {
    this.sqs.destroy();
    await Promise.all([this.#dynamo.stop(), this.#sqs.stop()]);
  }

  get urls(): QueuesAndBucket["urls"] {
    return this.#sqs.urls;
  }

  get bucket(): { readonly endpoint: string; readonly name: string } {
    return { endpoint: this.#sqs.endpoint, name: this.#sqs.bucket };
  }

  /** A container of its own, with these strategies and settings. */
  container(
    strategies: readonly Strategy[],
    environment: Readonly<Record<string, string>> = {},
    change: Partial<Container> = {},
  ): Container {
    const configuration = readConfiguration(workerConfiguration, {
      SUBLET_LEASES_TABLE: TABLE,
      SUBLET_ARTIFACTS_BUCKET: this.#sqs.bucket,
      SUBLET_EXPRESS_QUEUE_URL: this.urls.express,
      SUBLET_JOBS_QUEUE_URL: this.urls.jobs,
      SUBLET_DEAD_LETTER_QUEUE_URL: this.urls.deadLetter,
      SUBLET_RESULTS_QUEUE_URL: this.urls.results,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "2048",
      SUBLET_REFILL_MS: "0",
      ...environment,
    });
    const s3 = new S3Client({
      endpoint: this.#sqs.endpoint,
      region: EMULATOR_REGION,
      credentials: EMULATOR_CREDENTIALS,
      forcePathStyle: true,
    });
    return {
      id: randomUUID(),
      configuration,
      leases: this.leases,
      queue: this.queue,
      artifacts: new S3ArtifactStore(s3, this.#sqs.bucket),
      browser: this.browser.asPool(),
      account: new BrowserAccount(this.browser.asPool()),
      strategies: new Map(strategies.map((strategy) => [strategy.name, strategy])),
      log: QUIET,
      ...change,
    };
  }

  async send(body: Partial<JobMessage> | string, queue: "express" | "jobs" = "jobs"): Promise<void> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    await this.sqs.send(
      new SendMessageCommand({ QueueUrl: this.urls[queue], MessageBody: text, MessageGroupId: "shop.example" }),
    );
  }

  /** One batch as the event source would deliver it: up to `max` messages, waiting up to `waitSeconds` for the first. */
  async deliver(
    container: Container,
    options: {
      readonly max?: number;
      readonly waitSeconds?: number;
      readonly remainingMs?: () => number;
      readonly visibilitySeconds?: number;
    } = {},
  ): Promise<BatchEnd> {
    const { Messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.urls.jobs,
        MaxNumberOfMessages: options.max ?? 10,
        WaitTimeSeconds: options.waitSeconds ?? 0,
        VisibilityTimeout: options.visibilitySeconds,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    return runBatch(container, {
      invocation: randomUUID(),
      messages: Messages.map((message) => fromReceivedMessage(message, "jobs")),
      remainingMs: options.remainingMs ?? (() => 900_000),
    });
  }

  /** Every result so far, taken off the results queue. */
  async results(): Promise<JobResult[]> {
    return (await this.drain("results")).map(({ Body = "{}" }) => JSON.parse(Body) as JobResult);
  }

  async drain(queue: keyof QueuesAndBucket["urls"]) {
    const all = [];
    for (;;) {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.urls[queue],
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
        }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages);
    }
  }

  /** Messages in the queue, the hidden ones included. */
  async depth(queue: keyof QueuesAndBucket["urls"]): Promise<number> {
    const { Attributes = {} } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.urls[queue], AttributeNames: ["All"] }),
    );
    return (
      Number(Attributes["ApproximateNumberOfMessages"]) + Number(Attributes["ApproximateNumberOfMessagesNotVisible"])
    );
  }
}

let count = 0;

/** A valid job for the strategy, with an id of its own. */
export function jobFor(strategy: Strategy, change: Partial<JobMessage> = {}): JobMessage {
  count += 1;
  return { v: 1, id: `job-${count}`, strategy: strategy.name, site: "shop.example", input: {}, ...change };
}

/** A strategy that does what the test says. */
export function strategyThat(
  run: (run: StrategyRun<Record<string, unknown>>) => Promise<unknown>,
  change: Partial<Pick<Strategy, "name" | "class">> = {},
): Strategy {
  return defineStrategy({
    name: "test-strategy",
    summary: "Does what the test says.",
    class: "extraction",
    input: z.record(z.string(), z.unknown()),
    output: z.unknown(),
    resources: TEXT_ONLY,
    run,
    ...change,
  }) as Strategy;
}
