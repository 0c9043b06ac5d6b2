import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";

import { LOCAL_CREDENTIALS } from "../../local/local-credentials.ts";
import { PATHS } from "../project-paths.ts";
import { readDeployedStack } from "./deployed-stack.ts";
import { readLocalState, type LocalState } from "./local-state.ts";
import type { StackOutputs } from "./stack-outputs.ts";

/** What the commands talk to: the queues, the table and the bucket of one stack, local or deployed. */
export interface Target {
  readonly outputs: StackOutputs;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  close(): void;
}

/** Without a name: the running local stack. Throws `CliError` when neither can be reached. */
export async function openTarget(options: { readonly stack?: string | undefined }): Promise<Target> {
  if (options.stack === undefined) return localTarget(await readLocalState(PATHS.localState));
  return target(await readDeployedStack(options.stack), new SQSClient({}), new S3Client({}), new DynamoDBClient({}));
}

export function localTarget({
  region,
  endpoints,
  outputs,
}: Pick<LocalState, "region" | "endpoints" | "outputs">): Target {
  const common = { region, credentials: LOCAL_CREDENTIALS };
  return target(
    outputs,
    new SQSClient({ ...common, endpoint: endpoints.sqs }),
    new S3Client({ ...common, endpoint: endpoints.s3, forcePathStyle: true }),
    new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb }),
  );
}

function target(outputs: StackOutputs, sqs: SQSClient, s3: S3Client, dynamodb: DynamoDBClient): Target {
  const close = () => {
    for (const client of [sqs, s3, dynamodb]) client.destroy();
  };
  return { outputs, sqs, s3, dynamodb, close };
}
