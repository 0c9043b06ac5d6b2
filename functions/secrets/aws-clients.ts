import { KMSClient } from "@aws-sdk/client-kms";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";

/** All three answer in 5 to 50 ms; what takes forty times as long, or stops in its midst, is asked again on another connection. */
const TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 2_000,
  socketTimeout: 2_000,
  throwOnRequestTimeout: true,
} as const;
/** As in `dynamodb-client.ts`: after a freeze at most two of them are dead, and cost an attempt each. */
const IDLE_CONNECTIONS = { maxFreeSockets: 2 } as const;
const REQUEST_HANDLER = { ...TIMEOUTS, httpAgent: IDLE_CONNECTIONS, httpsAgent: IDLE_CONNECTIONS } as const;
const SETTINGS = { retryMode: "standard", maxAttempts: 4, requestHandler: REQUEST_HANDLER } as const;

/**
 * Clients that ask four times and give up: within a fifth of a second where the service fails, 7 s where it throttles, 9 s
 * where it doesn't answer. All calls of one share a budget of retries, as `dynamodb-client.ts` in the store says.
 *
 * Region, credentials and endpoint come from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL_KMS`,
 * `AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ENDPOINT_URL_SSM`, …), which the SDK reads itself.
 */
export function kmsClient(): KMSClient {
  return new KMSClient(SETTINGS);
}

/** @see kmsClient */
export function secretsManagerClient(): SecretsManagerClient {
  return new SecretsManagerClient(SETTINGS);
}

/** @see kmsClient */
export function ssmClient(): SSMClient {
  return new SSMClient(SETTINGS);
}
