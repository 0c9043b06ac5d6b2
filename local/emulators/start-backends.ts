import { randomBytes } from "node:crypto";

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";

import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS } from "../local-credentials.ts";
import type { LocalBackends } from "./backends.ts";
import { openKeyFile } from "./key-file.ts";
import { keyService } from "./key-service.ts";
import { LocalKeys } from "./local-keys.ts";
import { serveOnLoopback } from "./loopback-server.ts";
import { parameterService } from "./parameter-service.ts";
import { startQueuesAndBuckets } from "./queues-and-buckets.ts";
import { readSecrets, secretsFile, type FindSecret } from "./secrets-file.ts";
import { secretsService } from "./secrets-service.ts";
import { startTables } from "./tables.ts";

export interface BackendFiles {
  /** Undefined: a key that ends with the run. */
  readonly keyFile?: string | undefined;
  /** Undefined: there are no secrets. */
  readonly secretsFile?: string | undefined;
  /** By name, known beside the file's. */
  readonly secrets?: ReadonlyMap<string, string> | undefined;
}

/**
 * Starts all stand-ins on loopback. `close` ends them with all that they hold. Throws `NotPossibleHere` for a file that
 * others may read, or that isn't what it should be.
 */
export async function startBackends(
  region: string,
  files: BackendFiles = {},
): Promise<LocalBackends & { close(): Promise<void> }> {
  const keys = new LocalKeys(files.keyFile === undefined ? randomBytes(32) : await openKeyFile(files.keyFile));
  // Read again at each call; here so that a file that can't be used stops the start.
  if (files.secretsFile !== undefined) await readSecrets(files.secretsFile);
  const findInFile = secretsFile(files.secretsFile);
  const find: FindSecret = async (name) => (await findInFile(name)) ?? files.secrets?.get(name);
  const [queuesAndBuckets, tables, kms, secretsManager, ssm] = await Promise.all([
    startQueuesAndBuckets(region),
    startTables(),
    serveOnLoopback(keyService(keys)),
    serveOnLoopback(secretsService(find, region, LOCAL_ACCOUNT)),
    serveOnLoopback(parameterService(find, region, LOCAL_ACCOUNT)),
  ]);
  const endpoints = {
    sqs: queuesAndBuckets.endpoint,
    s3: queuesAndBuckets.endpoint,
    dynamodb: tables.endpoint,
    kms: kms.endpoint,
    secretsManager: secretsManager.endpoint,
    ssm: ssm.endpoint,
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
    keys,
    close: async () => {
      sqs.destroy();
      s3.destroy();
      dynamodb.destroy();
      await Promise.all([queuesAndBuckets, tables, kms, secretsManager, ssm].map((server) => server.close()));
    },
  };
}
