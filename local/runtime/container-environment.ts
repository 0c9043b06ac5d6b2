import { join } from "node:path";

import type { LocalEndpoints } from "../emulators/backends.ts";
import { LOCAL_CREDENTIALS } from "../local-credentials.ts";
import type { FunctionDefinition } from "./function-definition.ts";

/** What a container is started with, beside its function. */
export interface ContainerPlace {
  readonly region: string;
  readonly endpoints: LocalEndpoints;
  readonly runtimeApi: string;
  readonly temporaryDirectory: string;
  readonly logStream: string;
}

/**
 * The environment of a function's process: Lambda's own variables and the template's, nothing of this machine's but
 * PATH. Differences: AWS_ENDPOINT_URL_* and TMPDIR are set.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function containerEnvironment(definition: FunctionDefinition, place: ContainerPlace): Record<string, string> {
  const { logging } = definition;
  const layers = definition.layerDirectories;
  const environment: Record<string, string> = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    HOME: place.temporaryDirectory,
    TMPDIR: place.temporaryDirectory,
    NODE_PATH: layers.map((layer) => join(layer, "nodejs", "node_modules")).join(":"),
    LAMBDA_TASK_ROOT: definition.codeDirectory,
    _HANDLER: definition.handler,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: place.endpoints.sqs,
    AWS_ENDPOINT_URL_S3: place.endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: place.endpoints.dynamodb,
    AWS_ENDPOINT_URL_KMS: place.endpoints.kms,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: place.endpoints.secretsManager,
    AWS_ENDPOINT_URL_SSM: place.endpoints.ssm,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMiB),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logging.group,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_LAMBDA_LOG_FORMAT: logging.format,
  };
  if (logging.applicationLevel !== undefined) environment["AWS_LAMBDA_LOG_LEVEL"] = logging.applicationLevel;
  return { ...environment, ...definition.environment };
}
