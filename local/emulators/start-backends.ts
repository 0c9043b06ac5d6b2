import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";

import { LOCAL_CREDENTIALS } from "../local-credentials.ts";
import type { LocalBackends } from "./backends.ts";
import { startQueuesAndBuckets } from "./queues-and-buckets.ts";
import { startTables } from "./tables.ts";

/** Starts all stand-ins on loopback. `close` ends them with all that they hold. */
export async function startBackends(region: string): Promise<LocalBackends & { close(): Promise<void> }> {
  const [queuesAndBuckets, tables] = await Promise.all([startQueuesAndBuckets(region), startTables()]);
  const endpoints = {
    sqs: queuesAndBuckets.endpoint,
    s3: queuesAndBuckets.endpoint,
    dynamodb: tables.endpoint,
  };
  const common = { region, credentials: LOCAL_CREDENTIALS };
  const sqs = new SQSClient({ ...common, endpoint: endpoints.sqs });
  const s3 = new S3Client({ ...common, endpoint: endpoints.s3, forcePathStyle: true });
  const dynamodb = new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb });
  return {
    endpoints,
    sqs,
    s3,
    dynamodb,
    close: async () => {
      sqs.destroy();
      s3.destroy();
      dynamodb.destroy();
      await Promise.all([queuesAndBuckets.close(), tables.close()]);
    },
  };
}
