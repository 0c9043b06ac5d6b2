import { randomUUID } from "node:crypto";

import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { z } from "zod";

import { readConfiguration } from "../../../functions/core/configuration/configuration-table.ts";
import type { JobMessage } from "../../../functions/core/job/job-message.ts";
import type { JobResult } from "../../../functions/core/job/job-result.ts";
import { TEXT_ONLY } from "../../../functions/core/job/resource-policy.ts";
import { SealBroken, type Seal, type SealContext } from "../../../functions/core/session/seal.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import type { Log } from "../../../functions/core/logging/log.ts";
import { fromReceivedMessage } from "../../../functions/queue/received-message.ts";
import { SqsJobQueue } from "../../../functions/queue/sqs-job-queue.ts";
import { DynamoDbFleetOrders } from "../../../functions/store/fleet-orders.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import { S3ArtifactStore } from "../../../functions/store/s3-artifact-store.ts";
import { S3CheckpointObjects } from "../../../functions/store/s3-checkpoint-objects.ts";
import {
  defineStrategy,
  type Strategy,
  type StrategyRun,
} from "../../../functions/strategies/contract/define-strategy.ts";
import type { LoginStrategy } from "../../../functions/strategies/contract/define-login.ts";
import { BrowserAccount } from "../../../functions/worker/browser-account.ts";
import { CheckpointKeeper } from "../../../functions/worker/checkpoints/checkpoint-keeper.ts";
import type { Container } from "../../../functions/worker/container.ts";
import { workerConfiguration } from "../../../functions/worker/configuration.ts";
import { SessionRoom } from "../../../functions/worker/sessions/session-room.ts";
import { runBatch, type BatchEnd } from "../../../functions/worker/run-batch.ts";
import {
  createLeasesTable,
  createSessionsTable,
  EMULATOR_CREDENTIALS,
  EMULATOR_REGION,
  emulatedDynamoDbClient,
  startDynamoDb,
  startQueuesAndBucket,
  type DynamoDbEmulator,
  type QueuesAndBucket,
} from "../../setup/emulators.ts";
import { QuickBrowser } from "./quick-browser.ts";

export const TABLE = "leases";
export const SESSIONS_TABLE = "sessions";
export const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The worker on emulators: real stores and queues, real batches, a browser room without a browser. */
export class WorkerStand {
  readonly #dynamo: DynamoDbEmulator;
  readonly #sqs: QueuesAndBucket;
  readonly sqs: SQSClient;
  readonly leases: DynamoDbLeaseStore;
  readonly queue: SqsJobQueue;
  readonly orders: DynamoDbFleetOrders;
  readonly sessions: SessionStore;
  /** What logins type, by reference. */
  readonly secrets = new Map<string, Record<string, string>>();
  readonly browser = new QuickBrowser();

  private constructor(dynamo: DynamoDbEmulator, sqs: QueuesAndBucket) {
    this.#dynamo = dynamo;
    this.#sqs = sqs;
    this.sqs = new SQSClient({ endpoint: sqs.endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
    this.leases = new DynamoDbLeaseStore(emulatedDynamoDbClient(dynamo.endpoint), TABLE, 30);
    this.orders = new DynamoDbFleetOrders(emulatedDynamoDbClient(dynamo.endpoint), TABLE);
    this.sessions = new DynamoDbSessionStore(emulatedDynamoDbClient(dynamo.endpoint), SESSIONS_TABLE);
    this.queue = new SqsJobQueue(this.sqs, sqs.urls, 60);
  }

  static async start(): Promise<WorkerStand> {
    const [dynamo, sqs] = await Promise.all([startDynamoDb(), startQueuesAndBucket()]);
    await createLeasesTable(emulatedDynamoDbClient(dynamo.endpoint), TABLE);
    await createSessionsTable(emulatedDynamoDbClient(dynamo.endpoint), SESSIONS_TABLE);
    return new WorkerStand(dynamo, sqs);
  }

  async stop(): Promise<void> {
    this.sqs.destroy();
    await Promise.all([this.#dynamo.stop(), this.#sqs.stop()]);
  }

  get urls(): QueuesAndBucket["urls"] {
    return this.#sqs.urls;
  }

  /** A client of its own for each call, so that a test can listen to one store alone. */
  dynamodb(): DynamoDBClient {
    return emulatedDynamoDbClient(this.#dynamo.endpoint);
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
      SUBLET_SESSION_JOBS_QUEUE_URL: this.urls.sessionJobs,
      SUBLET_SESSION_DEAD_LETTER_QUEUE_URL: this.urls.sessionDeadLetter,
      SUBLET_SESSIONS_TABLE: SESSIONS_TABLE,
      SUBLET_SESSION_KEY_ARN: "arn:aws:kms:eu-central-1:000000000000:key/test",
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
    const leases = change.leases ?? this.leases;
    const objects = new S3CheckpointObjects(s3, this.#sqs.bucket);
    return {
      id: randomUUID(),
      configuration,
      leases,
      checkpoints: new CheckpointKeeper({ leases, objects, seal: LABELLED_SEAL, log: QUIET }),
      orders: this.orders,
      queue: this.queue,
      artifacts: new S3ArtifactStore(s3, this.#sqs.bucket),
      browser: this.browser.asPool(),
      account: new BrowserAccount(this.browser.asPool()),
      strategies: new Map(strategies.map((strategy) => [strategy.name, strategy])),
      sessions: this.sessionRoom([]),
      log: QUIET,
      ...change,
    };
  }

  /** A container's room for sessions, with these logins. A double counts and refuses what the test wants to see. */
  sessionRoom(logins: readonly LoginStrategy[], store: SessionStore = this.sessions): SessionRoom {
    return new SessionRoom({
      store,
      seal: LABELLED_SEAL,
      credentials: { read: (reference) => Promise.resolve(this.secrets.get(reference) ?? {}) },
      logins: new Map(logins.map((login) => [login.name, login])),
      endpoints: {
        get: () => this.browser.asPool(),
        settled: () => Promise.resolve(),
        watch: () => ({ stop: () => Promise.resolve() }),
      },
    });
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

/** Holds the worker to the right context; the real seal has tests of its own, and runs in test/system. */
export const LABELLED_SEAL: Seal = {
  seal: (context, plain) => Promise.resolve(Buffer.concat([Buffer.from(labelOf(context)), plain])),
  open: (context, sealed) => {
    const label = labelOf(context);
    if (Buffer.from(sealed).subarray(0, label.length).toString() !== label) throw new SealBroken(context, "label");
    return Promise.resolve(sealed.subarray(label.length));
  },
};

function labelOf({ session, site }: SealContext): string {
  return `${session}@${site}:`;
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
