import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, onTestFinished, test } from "vitest";

import { startBackends } from "../../../local/emulators/start-backends.ts";
import { LOCAL_CREDENTIALS } from "../../../local/local-credentials.ts";

test("secrets that the caller gives are known beside the file's, which stand before them", async () => {
  const directory = await mkdtemp(join(tmpdir(), "sublet-secrets-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const secretsFile = join(directory, "secrets.env");
  await writeFile(secretsFile, "mine=from the file\nboth=from the file\n", { mode: 0o600 });
  const secrets = new Map([
    ["given", "from the caller"],
    ["both", "from the caller"],
  ]);
  const backends = await startBackends("us-east-1", { secretsFile, secrets });
  onTestFinished(() => backends.close());
  const endpoint = backends.endpoints.secretsManager;
  const client = new SecretsManagerClient({ endpoint, region: "us-east-1", credentials: LOCAL_CREDENTIALS });
  onTestFinished(() => client.destroy());
  const read = async (SecretId: string) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  expect(await read("given")).toBe("from the caller");
  expect(await read("mine")).toBe("from the file");
  expect(await read("both")).toBe("from the file");
  await expect(read("constructor")).rejects.toThrow("there is no secret constructor");
});
