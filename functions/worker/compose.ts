import { randomUUID } from "node:crypto";

import { createBrowserPool } from "../browser/browser-pool.ts";
import { DEFAULT_BROWSER_SETTINGS, type BrowserSettings } from "../browser/browser-settings.ts";
import { EndpointPools } from "../browser/endpoint-pools.ts";
import { readConfiguration } from "../core/configuration/configuration-table.ts";
import { sqsClient } from "../queue/sqs-client.ts";
import type { WorkerQueueUrls } from "../queue/queue-urls.ts";
import { SqsJobQueue } from "../queue/sqs-job-queue.ts";
import { dynamoDbClient } from "../store/dynamodb-client.ts";
import { AwsCredentialStore } from "../secrets/aws-credential-store.ts";
import { createKmsSeal } from "../secrets/kms-seal.ts";
import { DynamoDbLeaseStore } from "../store/dynamodb-lease-store.ts";
import { DynamoDbSessionStore } from "../store/dynamodb-session-store.ts";
import { DynamoDbFleetOrders } from "../store/fleet-orders.ts";
import { S3ArtifactStore } from "../store/s3-artifact-store.ts";
import { S3CheckpointObjects } from "../store/s3-checkpoint-objects.ts";
import { s3Client } from "../store/s3-client.ts";
import { logins } from "../strategies/login/registry.ts";
import { strategies } from "../strategies/registry.ts";
import { createLog } from "../telemetry/powertools-log.ts";
import { BrowserAccount } from "./browser-account.ts";
import { CheckpointKeeper } from "./checkpoints/checkpoint-keeper.ts";
import { workerConfiguration, type WorkerConfiguration } from "./configuration.ts";
import type { Container } from "./container.ts";
import { SessionRoom } from "./sessions/session-room.ts";

/** The only place that builds adapters. Throws `InvalidConfiguration` where the environment isn't fit to start with. */
export function composeContainer(environment: NodeJS.ProcessEnv): Container {
  const configuration = readConfiguration(workerConfiguration, environment);
  const id = randomUUID();
  const log = createLog({ level: configuration.logLevel, container: id });
  const settings = browserSettings(configuration);
  const browser = createBrowserPool({ settings, log, random: Math.random });
  const dynamodb = dynamoDbClient();
  const s3 = s3Client();
  const seal = createKmsSeal({ keyArn: configuration.sessionKeyArn });
  const leases = new DynamoDbLeaseStore(dynamodb, configuration.leasesTable, configuration.retentionDays);
  return {
    id,
    configuration,
    sessions: new SessionRoom({
      store: new DynamoDbSessionStore(dynamodb, configuration.sessionsTable),
      seal,
      credentials: new AwsCredentialStore(),
      logins,
      endpoints: new EndpointPools({ settings, log, random: Math.random }),
    }),
    leases,
    checkpoints: new CheckpointKeeper({
      leases,
      objects: new S3CheckpointObjects(s3, configuration.artifactsBucket),
      seal,
      log,
    }),
    orders: new DynamoDbFleetOrders(dynamodb, configuration.leasesTable),
    queue: new SqsJobQueue(sqsClient(), queueUrls(configuration), configuration.visibilitySeconds),
    artifacts: new S3ArtifactStore(s3, configuration.artifactsBucket),
    browser,
    account: new BrowserAccount(browser),
    strategies,
    log,
  };
}

export function queueUrls(configuration: WorkerConfiguration): WorkerQueueUrls {
  return {
    express: configuration.expressQueueUrl,
    jobs: configuration.jobsQueueUrl,
    sessionJobs: configuration.sessionJobsQueueUrl,
    deadLetter: configuration.deadLetterQueueUrl,
    sessionDeadLetter: configuration.sessionDeadLetterQueueUrl,
    results: configuration.resultsQueueUrl,
  };
}

function browserSettings(configuration: WorkerConfiguration): BrowserSettings {
  return {
    ...DEFAULT_BROWSER_SETTINGS,
    chromiumDir: configuration.chromiumDir,
    pristine: {
      default: configuration.pristineDefault,
      stealth: configuration.pristineStealth,
      mobile: configuration.pristineMobile,
    },
    memoryLimitMiB: configuration.memoryMiB,
    evictAtRatio: configuration.evictAtRatio,
    tempReserveMiB: configuration.tempReserveMiB,
    wearFactor: configuration.wearFactor,
    pingEveryMs: configuration.pingMs,
    retireAfterUses: configuration.retireAfterUses,
    retireAfterAgeMs: configuration.retireAfterMs,
    slowdownFactor: configuration.slowdownFactor,
    launchDeadlineMs: configuration.launchDeadlineMs,
    openDeadlineMs: configuration.openDeadlineMs,
    closeDeadlineMs: configuration.closeDeadlineMs,
    affinityTtlMs: configuration.affinityTtlMs,
    endpoint: configuration.endpoint,
    overflowEndpoint: configuration.overflowEndpoint,
  };
}
