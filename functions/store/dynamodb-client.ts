import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** A lease write is answered in 5 to 20 ms; what takes a hundred times as long is asked again on another connection. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true } as const;
const ATTEMPTS_MAX = 4;

/**
 * A client that gives up after about ten seconds. Region, credentials and endpoint come from the environment
 * (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`, …), which the SDK reads itself.
 */
export function dynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient({ retryMode: "standard", maxAttempts: ATTEMPTS_MAX, requestHandler: TIMEOUTS });
}
