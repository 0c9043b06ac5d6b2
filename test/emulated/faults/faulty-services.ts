import { vi } from "vitest";

import { startAwsProxy, type Exchange } from "../../../chaos/aws-proxy/aws-proxy.ts";
import type { FaultRule } from "../../../chaos/aws-proxy/fault-rule.ts";
import { SqsJobQueue } from "../../../functions/queue/sqs-job-queue.ts";
import { sqsClient } from "../../../functions/queue/sqs-client.ts";
import { dynamoDbClient } from "../../../functions/store/dynamodb-client.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import type { Container } from "../../../functions/worker/container.ts";
import { EMULATOR_CREDENTIALS, EMULATOR_REGION } from "../../setup/emulators.ts";
import { TABLE, type WorkerStand } from "../worker/worker-stand.ts";

/** The stand's DynamoDB and SQS as a container sees them through faults, with the clients that a deployed one has. */
export interface FaultyServices extends Pick<Container, "leases" | "queue"> {
  readonly exchanges: readonly Exchange[];
  setRules(rules: readonly FaultRule[]): void;
  stop(): Promise<void>;
}

/** @param random draws the faults of rules with a probability */
export async function startFaultyServices(
  stand: WorkerStand,
  visibilitySeconds: number,
  random?: () => number,
): Promise<FaultyServices> {
  const exchanges: Exchange[] = [];
  const onExchange = (exchange: Exchange) => exchanges.push(exchange);
  const direct = stand.dynamodb();
  const { protocol, hostname, port } = (await direct.config.endpoint?.()) ?? {
    protocol: "http:",
    hostname: "",
    port: 0,
  };
  direct.destroy();
  const dynamo = await startAwsProxy({ targetUrl: `${protocol}//${hostname}:${port}`, onExchange, random });
  const sqs = await startAwsProxy({ targetUrl: stand.bucket.endpoint, onExchange, random });
  vi.stubEnv("AWS_REGION", EMULATOR_REGION);
  vi.stubEnv("AWS_ACCESS_KEY_ID", EMULATOR_CREDENTIALS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", EMULATOR_CREDENTIALS.secretAccessKey);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamo.url);
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", sqs.url);
  const clients = [dynamoDbClient(), sqsClient()] as const;
  // They read their settings with the first call, which may come when others are stubbed.
  await Promise.all(clients.map(async ({ config }) => [await config.region(), await config.credentials()]));
  return {
    leases: new DynamoDbLeaseStore(clients[0], TABLE, 30),
    queue: new SqsJobQueue(clients[1], stand.urls, visibilitySeconds),
    exchanges,
    setRules(rules) {
      dynamo.setRules(rules);
      sqs.setRules(rules);
    },
    async stop() {
      vi.unstubAllEnvs();
      for (const client of clients) client.destroy();
      await Promise.all([dynamo.close(), sqs.close()]);
    },
  };
}
