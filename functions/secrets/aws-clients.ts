import { KMSClient } from "@aws-sdk/client-kms";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";

/** All three answer in 5 to 50 ms; what takes a hundred times as long is asked again on another connection. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true } as const;
const SETTINGS = { retryMode: "standard", maxAttempts: 4, requestHandler: TIMEOUTS } as const;

/**
 * Clients that give up after about ten seconds. Region, credentials and endpoint come from the environment
 * (`AWS_REGION`, `AWS_ENDPOINT_URL_KMS`, `AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ENDPOINT_URL_SSM`, …), which the SDK
 * reads itself.
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
