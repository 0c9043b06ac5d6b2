import { SQSClient } from "@aws-sdk/client-sqs";

/** Nothing here polls long, so every answer comes within a fraction of this. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true } as const;
const ATTEMPTS_MAX = 4;

/**
 * A client that gives up after about 20 seconds. Region, credentials and endpoint come from the environment
 * (`AWS_REGION`, `AWS_ENDPOINT_URL_SQS`, …), which the SDK reads itself. Queue URLs name queues and no endpoint, so that
 * a URL with a host that doesn't resolve here, as emulators hand out, still works.
 */
export function sqsClient(): SQSClient {
  return new SQSClient({
    retryMode: "standard",
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: TIMEOUTS,
    useQueueUrlAsEndpoint: false,
  });
}
