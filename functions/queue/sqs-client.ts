import { SQSClient } from "@aws-sdk/client-sqs";

/**
 * Nothing here polls long: SQS answers in 10 to 50 ms, and what takes sixty times as long is asked again on another connection. The
 * socket's own time-out is for an answer that stops in its midst, which the other two don't see.
 */
const TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 3_000,
  socketTimeout: 3_000,
  throwOnRequestTimeout: true,
} as const;
/** As in `dynamodb-client.ts`: after a freeze at most two of them are dead, and cost an attempt each. */
const IDLE_CONNECTIONS = { maxFreeSockets: 2 } as const;
const REQUEST_HANDLER = { ...TIMEOUTS, httpAgent: IDLE_CONNECTIONS, httpsAgent: IDLE_CONNECTIONS } as const;
const ATTEMPTS_MAX = 4;

/**
 * A client that asks four times and gives up: within half a second where SQS fails, 7 s where it throttles, 13 s where it doesn't
 * answer at all. `dynamodb-client.ts` says what its retries share.
 *
 * Region, credentials and endpoint come from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL_SQS`, …), which the SDK
 * reads itself. Queue URLs name queues and no endpoint, so that a URL with a host that doesn't resolve here, as emulators
 * hand out, still works.
 */
export function sqsClient(): SQSClient {
  return new SQSClient({
    retryMode: "standard",
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: REQUEST_HANDLER,
    useQueueUrlAsEndpoint: false,
  });
}
