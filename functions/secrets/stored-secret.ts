import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, ParameterNotFound, type SSMClient } from "@aws-sdk/client-ssm";

import { CredentialsUnavailable } from "../core/session/credentials.ts";

/** The text of a secret. Throws `CredentialsUnavailable`. */
export async function readSecret(client: SecretsManagerClient, name: string, reference: string): Promise<string> {
  const { SecretString } = await answered(reference, client.send(new GetSecretValueCommand({ SecretId: name })));
  if (SecretString === undefined) throw new CredentialsUnavailable(reference, "must be a text secret, and are binary");
  return SecretString;
}

/** The text of an encrypted parameter. Throws `CredentialsUnavailable`. */
export async function readParameter(client: SSMClient, name: string, reference: string): Promise<string> {
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  const { Parameter } = await answered(reference, client.send(command));
  if (Parameter?.Type !== "SecureString" || Parameter.Value === undefined) {
    const rule = `must be a parameter of type SecureString, and are ${Parameter?.Type ?? "none"}`;
    throw new CredentialsUnavailable(reference, rule);
  }
  return Parameter.Value;
}

async function answered<Answer>(reference: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof ParameterNotFound) {
      throw new CredentialsUnavailable(reference, "don't exist; create them under this name");
    }
    // The error's name and no more: who knows what a message quotes.
    const why = error instanceof Error ? error.name : "unknown error";
    throw new CredentialsUnavailable(reference, `can't be read now (${why})`);
  }
}
