import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * A lease write is answered in 5 to 20 ms; what takes a hundred times as long is asked again on another connection. The
 * request's time-out ends with the first byte of the answer: the socket's own is for one that stops in its midst, which
 * would be waited for 300 s otherwise.
 */
const TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 2_000,
  socketTimeout: 2_000,
  throwOnRequestTimeout: true,
} as const;
/**
 * A freeze of the container may outlast its connections, and each dead one that is tried costs an attempt. With two of them
 * kept the third attempt is made on a new one; ten jobs rarely have more than two calls under way at once.
 */
const IDLE_CONNECTIONS = { maxFreeSockets: 2 } as const;
const REQUEST_HANDLER = { ...TIMEOUTS, httpAgent: IDLE_CONNECTIONS, httpsAgent: IDLE_CONNECTIONS } as const;
const ATTEMPTS_MAX = 4;

/**
 * A client that asks four times and gives up: within a fifth of a second where DynamoDB fails, 7 s where it throttles, 9 s where
 * it doesn't answer at all, 16 s where it throttles late. A service that names a time to come back (`x-amz-retry-after`)
 * adds at most 5 s to each pause.
 *
 * Pauses have full jitter. All calls of a client share one budget of retries: 100 after a throttle or 35 after another
 * failure, and only successes fill it up again. With it empty every call is one request, so that a container doesn't
 * multiply what overwhelms the service. Hence one client for a container.
 * Source: @smithy/core 3.41.0, submodules/retry/util-retry: StandardRetryStrategy, DefaultRetryBackoffStrategy, constants.
 *
 * Region, credentials and endpoint come from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`, …), which the SDK
 * reads itself.
 */
export function dynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient({ retryMode: "standard", maxAttempts: ATTEMPTS_MAX, requestHandler: REQUEST_HANDLER });
}
