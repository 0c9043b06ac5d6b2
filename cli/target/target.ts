import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";

import { LOCAL_CREDENTIALS } from "../../local/local-credentials.ts";
import { PATHS } from "../project-paths.ts";
import { readDeployedStack } from "./deployed-stack.ts";
import { readLocalState, type LocalState } from "./local-state.ts";
import type { StackOutputs } from "./stack-outputs.ts";

/** Clients of the services that a stack is made of. */
interface Clients {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly lambda: LambdaClient;
}

/** What the commands talk to: the queues, tables, bucket, key and worker of one stack, local or deployed. */
export interface Target extends Clients {
  readonly outputs: StackOutputs;
  close(): void;
}

/** Without a name: the running local stack. Throws `CliError` when neither can be reached. */
export async function openTarget(options: { readonly stack?: string | undefined }): Promise<Target> {
  if (options.stack === undefined) return localTarget(await readLocalState(PATHS.localState));
  return target(await readDeployedStack(options.stack), {
    sqs: new SQSClient({}),
    s3: new S3Client({}),
    dynamodb: new DynamoDBClient({}),
    kms: new KMSClient({}),
    lambda: new LambdaClient({}),
  });
}

export function localTarget({
  region,
  endpoints,
  outputs,
}: Pick<LocalState, "region" | "endpoints" | "outputs">): Target {
  const common = { region, credentials: LOCAL_CREDENTIALS };
  return target(outputs, {
    sqs: new SQSClient({ ...common, endpoint: endpoints.sqs }),
    s3: new S3Client({ ...common, endpoint: endpoints.s3, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb }),
    kms: new KMSClient({ ...common, endpoint: endpoints.kms }),
    lambda: new LambdaClient({ ...common, endpoint: endpoints.lambda }),
  });
}

function target(outputs: StackOutputs, clients: Clients): Target {
  const close = () => {
    for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
  };
  return { outputs, ...clients, close };
}
