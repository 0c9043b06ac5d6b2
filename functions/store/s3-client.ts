import { S3Client } from "@aws-sdk/client-s3";

/** An artifact of 64 MiB needs a second or more at Lambda's bandwidth. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 15_000, throwOnRequestTimeout: true } as const;
const ATTEMPTS_MAX = 3;

/**
 * A client that gives up after about 45 seconds. Region, credentials and endpoint come from the environment
 * (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …), which the SDK reads itself.
 */
export function s3Client(): S3Client {
  return new S3Client({ retryMode: "standard", maxAttempts: ATTEMPTS_MAX, requestHandler: TIMEOUTS });
}
