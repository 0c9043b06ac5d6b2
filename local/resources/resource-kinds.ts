import type { ResourceKind } from "./contract.ts";
import { dynamodbGlobalTable } from "./dynamodb-global-table.ts";
import { dynamodbTable } from "./dynamodb-table.ts";
import { kmsAlias } from "./kms-alias.ts";
import { kmsKey } from "./kms-key.ts";
import { lambdaEventSourceMapping } from "./lambda-event-source-mapping.ts";
import { lambdaFunction } from "./lambda-function.ts";
import { lambdaLayerVersion } from "./lambda-layer-version.ts";
import { s3Bucket } from "./s3-bucket.ts";
import { sqsQueue } from "./sqs-queue.ts";
import { unenforced } from "./unenforced.ts";

/** Every type of resource that the local stack interprets. */
export const RESOURCE_KINDS: readonly ResourceKind[] = [
  sqsQueue,
  dynamodbTable,
  dynamodbGlobalTable,
  s3Bucket,
  kmsKey,
  kmsAlias,
  lambdaFunction,
  lambdaLayerVersion,
  lambdaEventSourceMapping,
  ...unenforced,
];
