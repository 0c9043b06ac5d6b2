import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";

/** Where the local stand-ins for AWS services listen, each on a loopback port of its own. */
export interface LocalEndpoints {
  readonly sqs: string;
  readonly s3: string;
  readonly dynamodb: string;
}

/** Clients of the local services; they speak the AWS API, as the functions and the CLI do. */
export interface LocalBackends {
  readonly endpoints: LocalEndpoints;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
}
