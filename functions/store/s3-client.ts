import { S3Client } from "@aws-sdk/client-s3";

/**
 * An artifact of 64 MiB needs a second or more at Lambda's bandwidth. The socket's time-out is for a connection on which
 * nothing moves, neither there nor back.
 */
const TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 15_000,
  socketTimeout: 5_000,
  throwOnRequestTimeout: true,
} as const;
/** As in `dynamodb-client.ts`: after a freeze at most two of them are dead, and cost an attempt each. */
const IDLE_CONNECTIONS = { maxFreeSockets: 2 } as const;
const REQUEST_HANDLER = { ...TIMEOUTS, httpAgent: IDLE_CONNECTIONS, httpsAgent: IDLE_CONNECTIONS } as const;
const ATTEMPTS_MAX = 3;

/**
 * A client that asks three times and gives up: within a fifth of a second where S3 fails, 3 s where it says to slow down, 16 s
 * where it doesn't answer, 46 s where every upload crawls. `dynamodb-client.ts` says what its retries share.
 *
 * Region, credentials and endpoint come from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …), which the SDK
 * reads itself.
 */
export function s3Client(): S3Client {
  return new S3Client({ retryMode: "standard", maxAttempts: ATTEMPTS_MAX, requestHandler: REQUEST_HANDLER });
}
