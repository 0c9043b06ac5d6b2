import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";

import type { LocalKeys } from "./local-keys.ts";

/** Where the local stand-ins for AWS services listen, on loopback. */
export interface LocalEndpoints {
  readonly sqs: string;
  readonly s3: string;
  readonly dynamodb: string;
  readonly kms: string;
  readonly secretsManager: string;
  readonly ssm: string;
}

/** Clients of the local services; they speak the AWS API, as the functions and the CLI do. */
export interface LocalBackends {
  readonly endpoints: LocalEndpoints;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  /** Where the templates' keys are added: KMS's API can't give one the id that a template's key has here. */
  readonly keys: LocalKeys;
}
