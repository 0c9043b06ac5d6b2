import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { z } from "zod";

import { CredentialsUnavailable, type Credentials, type CredentialStore } from "../core/session/credentials.ts";
import { secretsManagerClient, ssmClient } from "./aws-clients.ts";
import { parseCredentialReference } from "./credential-reference.ts";
import { readParameter, readSecret } from "./stored-secret.ts";

const KEPT_MS = 5 * 60_000;

const credentialsSchema = z.record(z.string(), z.string());

interface Kept {
  readonly readAtMs: number;
  readonly credentials: Promise<Credentials>;
}

/**
 * Credentials from Secrets Manager and from SSM's encrypted parameters, kept for five minutes. Several readers at once
 * are one request; what can't be read isn't kept.
 */
export class AwsCredentialStore implements CredentialStore {
  readonly #secretsManager: SecretsManagerClient;
  readonly #ssm: SSMClient;
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(
    options: {
      readonly secretsManager?: SecretsManagerClient;
      readonly ssm?: SSMClient;
      readonly nowMs?: () => number;
    } = {},
  ) {
    this.#secretsManager = options.secretsManager ?? secretsManagerClient();
    this.#ssm = options.ssm ?? ssmClient();
    this.#nowMs = options.nowMs ?? Date.now;
  }

  read(reference: string): Promise<Credentials> {
    const nowMs = this.#nowMs();
    for (const [name, { readAtMs }] of this.#kept) if (nowMs - readAtMs >= KEPT_MS) this.#kept.delete(name);
    const kept = this.#kept.get(reference);
    if (kept) return kept.credentials;
    const reading: Kept = { readAtMs: nowMs, credentials: this.#fetch(reference) };
    this.#kept.set(reference, reading);
    reading.credentials.catch(() => {
      if (this.#kept.get(reference) === reading) this.#kept.delete(reference);
    });
    return reading.credentials;
  }

  async #fetch(reference: string): Promise<Credentials> {
    const { store, name } = parseCredentialReference(reference);
    const text =
      store === "ssm"
        ? await readParameter(this.#ssm, name, reference)
        : await readSecret(this.#secretsManager, name, reference);
    return Object.freeze(parseCredentials(text, reference));
  }
}

function parseCredentials(text: string, reference: string): Record<string, string> {
  // Neither the parser's message nor the schema's goes on: both may quote the value.
  const parsed = credentialsSchema.safeParse(jsonOf(text));
  if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
  throw new CredentialsUnavailable(reference, "must be a JSON object of strings, such as username and password");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
