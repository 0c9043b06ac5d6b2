import { randomBytes } from "node:crypto";

import { KMSClient } from "@aws-sdk/client-kms";
import { onTestFinished } from "vitest";

import { keyService } from "../../../local/emulators/key-service.ts";
import { LocalKeys } from "../../../local/emulators/local-keys.ts";
import { serveOnLoopback } from "../../../local/emulators/loopback-server.ts";
import { EMULATOR_CREDENTIALS, EMULATOR_REGION } from "../../setup/emulators.ts";
import { countRequests } from "../../setup/request-count.ts";

export const KEY_ARN = `arn:aws:kms:${EMULATOR_REGION}:000000000000:key/sessions`;
export const OTHER_KEY_ARN = `arn:aws:kms:${EMULATOR_REGION}:000000000000:key/other`;

/** Two keys behind the local KMS endpoint, ended with the test. */
export async function startKeys(masterKey: Uint8Array = randomBytes(32)) {
  const keys = new LocalKeys(masterKey);
  keys.add("sessions", { arn: KEY_ARN, enabled: true });
  keys.add("other", { arn: OTHER_KEY_ARN, enabled: true });
  keys.addAlias("alias/sessions", KEY_ARN);
  const server = await serveOnLoopback(keyService(keys));
  onTestFinished(() => server.close());
  return { keys, endpoint: server.endpoint, ...countedClient(server.endpoint) };
}

export function countedClient(endpoint: string) {
  // One attempt: what fails here fails again.
  const client = new KMSClient({
    endpoint,
    region: EMULATOR_REGION,
    credentials: EMULATOR_CREDENTIALS,
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return { client, requests: countRequests(client) };
}
