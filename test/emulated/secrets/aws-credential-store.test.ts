import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { TransientFailure } from "../../../functions/core/job/failures.ts";
import { CredentialsUnavailable } from "../../../functions/core/session/credentials.ts";
import { AwsCredentialStore } from "../../../functions/secrets/aws-credential-store.ts";
import { jsonService, operation, ServiceRefusal } from "../../../local/emulators/json-service.ts";
import { serveOnLoopback } from "../../../local/emulators/loopback-server.ts";
import { parameterService } from "../../../local/emulators/parameter-service.ts";
import { secretsFile } from "../../../local/emulators/secrets-file.ts";
import { secretsService } from "../../../local/emulators/secrets-service.ts";
import { EMULATOR_CREDENTIALS, EMULATOR_REGION } from "../../setup/emulators.ts";
import { countRequests } from "../../setup/request-count.ts";

const CANARY = "canary-77b0";
const ACCOUNT = "000000000000";
const MINUTE_MS = 60_000;

interface Services {
  readonly secretsManager?: Hono;
  readonly ssm?: Hono;
}

async function startStore({ secretsManager, ssm }: Services) {
  const open = async (app: Hono | undefined) => {
    if (!app) return "http://127.0.0.1:1";
    const server = await serveOnLoopback(app);
    onTestFinished(() => server.close());
    return server.endpoint;
  };
  const common = { region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS, maxAttempts: 1 };
  const clients = {
    secretsManager: new SecretsManagerClient({ ...common, endpoint: await open(secretsManager) }),
    ssm: new SSMClient({ ...common, endpoint: await open(ssm) }),
  };
  onTestFinished(() => Object.values(clients).forEach((client) => client.destroy()));
  const counts = [countRequests(clients.secretsManager), countRequests(clients.ssm)];
  const clock = { nowMs: 1_000_000 };
  return {
    store: new AwsCredentialStore({ ...clients, nowMs: () => clock.nowMs }),
    clock,
    requests: () => counts.flatMap((count) => count.take()),
  };
}

/** Both services of the local stack on a file with these lines. */
async function storeOnFile(...lines: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), "secrets-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "secrets.env");
  const write = (...text: readonly string[]) => writeFile(path, text.join("\n"), { mode: 0o600 });
  await write(...lines);
  const find = secretsFile(path);
  const services = {
    secretsManager: secretsService(find, EMULATOR_REGION, ACCOUNT),
    ssm: parameterService(find, EMULATOR_REGION, ACCOUNT),
  };
  return { ...(await startStore(services)), path, write };
}

async function refusal(reading: Promise<unknown>): Promise<CredentialsUnavailable> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CredentialsUnavailable)) throw new Error(`expected a refusal, got ${inspect(error)}`);
  expect(error).toBeInstanceOf(TransientFailure);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
  return error;
}

test("reads a secret and a parameter by their names", async () => {
  const { store } = await storeOnFile(
    "# comment",
    `sublet/shop={"username":"demo","password":"a=b#c'd"}`,
    `/sublet/shop='{"username":"other"}'`,
  );
  await expect(store.read("secretsmanager:sublet/shop")).resolves.toEqual({ username: "demo", password: "a=b#c'd" });
  await expect(store.read("ssm:/sublet/shop")).resolves.toEqual({ username: "other" });
});

test("asks once in five minutes, however many want it at once", async () => {
  const { store, clock, write, requests } = await storeOnFile(`sublet/shop={"password":"one"}`);
  const read = () => store.read("secretsmanager:sublet/shop");
  await Promise.all(Array.from({ length: 20 }, read));
  await write(`sublet/shop={"password":"two"}`);
  clock.nowMs += 5 * MINUTE_MS - 1;
  expect(await read()).toEqual({ password: "one" });
  expect(requests()).toEqual(["GetSecretValue"]);
  clock.nowMs += 1;
  expect(await read()).toEqual({ password: "two" });
  expect(requests()).toEqual(["GetSecretValue"]);
});

test("what couldn't be read is asked for again at once", async () => {
  const { store, write, requests } = await storeOnFile("");
  const error = await refusal(store.read("ssm:/sublet/shop"));
  expect(error.message).toBe("the credentials ssm:/sublet/shop don't exist; create them under this name");
  await write(`/sublet/shop={"password":"now"}`);
  expect(await store.read("ssm:/sublet/shop")).toEqual({ password: "now" });
  expect(requests()).toEqual(["GetParameter", "GetParameter"]);
});

test.each([
  "sublet/shop",
  "",
  "vault:sublet/shop",
  "SSM:/sublet/shop",
  `secretsmanager:{"password":"${CANARY}"}`,
  `secretsmanager:sublet/${"x".repeat(600)}`,
])("a reference that is none is refused and not shown: %s", async (reference) => {
  const { store, requests } = await startStore({});
  const { message } = await refusal(store.read(reference));
  expect(message).toBe("the credentials (not shown) must be named as secretsmanager:NAME or ssm:NAME");
  expect(requests()).toEqual([]);
});

test.each([
  ["secretsmanager:shop", "sublet/"],
  ["secretsmanager:/sublet/shop", "sublet/"],
  ["secretsmanager:sublet-other/shop", "sublet/"],
  ["secretsmanager:arn:aws:secretsmanager:eu-central-1:1:secret:sublet/shop", "sublet/"],
  ["ssm:sublet/shop", "/sublet/"],
  ["ssm:/other/shop", "/sublet/"],
])("a name that the role may not read is refused before anybody is asked: %s", async (reference, prefix) => {
  const { store, requests } = await startStore({});
  const { message } = await refusal(store.read(reference));
  expect(message).toContain(`${reference} must name a`);
  expect(message).toContain(`begins with ${prefix},`);
  expect(requests()).toEqual([]);
});

test.each([
  ["no JSON", CANARY],
  ["broken JSON", `{"password":"${CANARY}"`],
  ["a list", `["${CANARY}"]`],
  ["a string", `"${CANARY}"`],
  ["a number among strings", `{"password":"${CANARY}","pin":1234}`],
  ["an object in it", `{"password":{"is":"${CANARY}"}}`],
  ["an empty object", "{}"],
  ["null", "null"],
])("a value that is %s is refused, and not quoted", async (_what, value) => {
  const { store } = await storeOnFile(`sublet/shop=${value}`, `/sublet/shop=${value}`);
  for (const reference of ["secretsmanager:sublet/shop", "ssm:/sublet/shop"]) {
    const { message } = await refusal(store.read(reference));
    expect(message).toBe(
      `the credentials ${reference} must be a JSON object of strings, such as username and password`,
    );
  }
});

test.each(["AccessDeniedException", "DecryptionFailure", "ThrottlingException", "InternalServiceError"])(
  "%s is told by its name, not by its words",
  async (type) => {
    const fails = operation(z.unknown(), () => {
      throw new ServiceRefusal(type, `words of the service: ${CANARY}`);
    });
    const { store } = await startStore({
      secretsManager: jsonService("secretsmanager", { GetSecretValue: fails }),
      ssm: jsonService("AmazonSSM", { GetParameter: fails }),
    });
    for (const reference of ["secretsmanager:sublet/shop", "ssm:/sublet/shop"]) {
      const { message } = await refusal(store.read(reference));
      expect(message).toBe(`the credentials ${reference} can't be read now (${type})`);
    }
  },
);

test("a service that is gone is told", async () => {
  const { store } = await startStore({});
  for (const reference of ["secretsmanager:sublet/shop", "ssm:/sublet/shop"]) {
    expect((await refusal(store.read(reference))).message).toContain("can't be read now");
  }
});

test("a binary secret and a plain parameter are refused", async () => {
  const { store } = await startStore({
    secretsManager: jsonService("secretsmanager", {
      GetSecretValue: operation(z.unknown(), () => ({ Name: "sublet/shop", SecretBinary: btoa(CANARY) })),
    }),
    ssm: jsonService("AmazonSSM", {
      GetParameter: operation(z.unknown(), () => ({
        Parameter: { Name: "/sublet/shop", Type: "String", Value: `{"password":"${CANARY}"}` },
      })),
    }),
  });
  expect((await refusal(store.read("secretsmanager:sublet/shop"))).message).toContain("must be a text secret");
  expect((await refusal(store.read("ssm:/sublet/shop"))).message).toContain("SecureString, and are String");
});

test("the local services refuse a secrets file that others may read", async () => {
  const { store, path } = await storeOnFile(`sublet/shop={"password":"${CANARY}"}`);
  await chmod(path, 0o640);
  expect((await refusal(store.read("secretsmanager:sublet/shop"))).message).toContain("AccessDeniedException");
});
