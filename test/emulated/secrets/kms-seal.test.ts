import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";

import { NodeAlgorithmSuite, AlgorithmSuiteIdentifier, CommitmentPolicy } from "@aws-crypto/material-management-node";
import { buildEncrypt } from "@aws-crypto/encrypt-node";
import { KmsKeyringNode } from "@aws-crypto/kms-keyring-node";
import { KMS } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";

import { PROJECT_ROOT } from "../../../cli/project-paths.ts";
import { StoreUnavailable, TooLarge } from "../../../functions/core/job/store-failures.ts";
import { sessionName } from "../../../functions/core/job/job-message.ts";
import { SealBroken, type Seal, type SealContext } from "../../../functions/core/session/seal.ts";
import { createKmsSeal, STATE_MAX_BYTES } from "../../../functions/secrets/kms-seal.ts";
import { jsonService, operation, ServiceRefusal } from "../../../local/emulators/json-service.ts";
import { serveOnLoopback } from "../../../local/emulators/loopback-server.ts";
import { nodeBinary } from "../../../local/runtime/node-binary.ts";
import { bundleWorker } from "../../../scripts/build/bundle-worker.ts";
import { EMULATOR_CREDENTIALS, EMULATOR_REGION } from "../../setup/emulators.ts";
import { countedClient, KEY_ARN, OTHER_KEY_ARN, startKeys } from "./key-stand.ts";

const CANARY = "canary-4c1f0e77";
const CONTEXT: SealContext = { session: "shop-1", site: "shop.example" };
const STATE = Buffer.from(JSON.stringify({ v: 1, records: { '["cookie","sid"]': { value: CANARY } } }));
const MINUTE_MS = 60_000;

const run = promisify(execFile);

async function bundled(entry: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "bundled-seal-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await bundleWorker(PROJECT_ROOT, relative(PROJECT_ROOT, entry), directory);
  return join(directory, "index.mjs");
}

afterEach(() => void vi.useRealTimers());

/** Which flipped bytes went unnoticed. */
async function unnoticedFlips(seal: Pick<Seal, "open">, sealed: Uint8Array, bitOf: (index: number) => number) {
  const unnoticed: number[] = [];
  for (const index of sealed.keys()) {
    const flipped = Uint8Array.from(sealed);
    flipped[index] = (flipped[index] ?? 0) ^ (1 << bitOf(index));
    const opened = await seal.open(CONTEXT, flipped).then(
      () => true,
      (error: unknown) => {
        expect(error).toBeInstanceOf(SealBroken);
        return false;
      },
    );
    if (opened) unnoticed.push(index);
  }
  return unnoticed;
}

describe("what was sealed", () => {
  test("opens as it was, whatever it is, under the same key ARN", async () => {
    const { client } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 20_000 }), async (plain) => {
        const opened = await seal.open(CONTEXT, await seal.seal(CONTEXT, plain));
        expect(Buffer.compare(opened, plain)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test.each(["its source", "the worker's kind of bundle"])("is opened by another process, from %s", async (from) => {
    const { client, endpoint } = await startKeys();
    const sealed = await createKmsSeal({ keyArn: KEY_ARN, client }).seal(CONTEXT, STATE);
    const program = fileURLToPath(new URL("open-sealed-process.ts", import.meta.url));
    const input = { keyArn: KEY_ARN, context: CONTEXT, sealed: Buffer.from(sealed).toString("base64") };
    const { stdout } = await run(
      nodeBinary(),
      [from === "its source" ? program : await bundled(program), JSON.stringify(input)],
      {
        env: {
          AWS_REGION: EMULATOR_REGION,
          AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
          AWS_ENDPOINT_URL_KMS: endpoint,
        },
      },
    );
    expect(stdout).toBe(STATE.toString());
  });

  test.each([
    ["another session", { ...CONTEXT, session: "shop-2" }],
    ["another site", { ...CONTEXT, site: "shop.example.org" }],
    ["session and site in each other's place", { session: CONTEXT.site, site: CONTEXT.session }],
  ])("doesn't open for %s, and KMS isn't even asked", async (_what, context) => {
    const { client, requests } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const sealed = await seal.seal(CONTEXT, STATE);
    requests.take();
    await expect(seal.open(context, sealed)).rejects.toThrow(SealBroken);
    expect(requests.take()).toEqual([]);
  });

  test("opens no job's checkpoint as a session's state, nor the other way round", async () => {
    const { client } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const checkpoint = { ...CONTEXT, session: `job#${CONTEXT.session}` };
    expect(sessionName.safeParse(checkpoint.session).success).toBe(false);
    /** The first's blob, planted where the second's is looked for. */
    const planted = async (by: Seal, one: SealContext, other: SealContext) => by.open(other, await by.seal(one, STATE));
    await expect(planted(seal, CONTEXT, checkpoint)).rejects.toThrow(new SealBroken(checkpoint, undefined).message);
    await expect(planted(seal, checkpoint, CONTEXT)).rejects.toThrow(new SealBroken(CONTEXT, undefined).message);
    // A seal that goes by the bare name shows that the test can tell.
    const bare = ({ session, site }: SealContext) => ({ session: session.replace(/^job#/u, ""), site });
    const careless: Seal = {
      seal: async (context, plain) => seal.seal(bare(context), plain),
      open: async (context, sealed) => seal.open(bare(context), sealed),
    };
    expect(Buffer.from(await planted(careless, checkpoint, CONTEXT))).toEqual(STATE);
  });

  test("says of a checkpoint that it is a job's", async () => {
    const { client } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const checkpoint = { ...CONTEXT, session: "job#shop:42" };
    await expect(seal.open(checkpoint, await seal.seal(CONTEXT, STATE))).rejects.toThrow(
      "the checkpoint of job shop:42 (shop.example) can't be opened; the job has to start over",
    );
    await expect(seal.seal(checkpoint, Buffer.alloc(STATE_MAX_BYTES + 1))).rejects.toThrow(
      /^the checkpoint of job shop:42 is \d+ bytes; at most/u,
    );
  });

  test("doesn't open with any byte flipped, and a box without a seal shows that the test can tell", async () => {
    const { client } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const sealed = await seal.seal(CONTEXT, STATE);
    const bitOf = (index: number) => index % 8;
    expect(await unnoticedFlips(seal, sealed, bitOf)).toEqual([]);
    const box = {
      open: (context: SealContext, bytes: Uint8Array) =>
        Promise.resolve(bytes)
          .then((zipped) => gunzipSync(zipped))
          .catch((error: unknown) => {
            throw new SealBroken(context, error);
          }),
    };
    expect(await unnoticedFlips(box, gzipSync(STATE), bitOf)).not.toEqual([]);
  });

  test("doesn't open cut short anywhere, or with more at its end", async () => {
    const { client } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const sealed = await seal.seal(CONTEXT, STATE);
    for (const length of sealed.keys()) {
      await expect(seal.open(CONTEXT, sealed.subarray(0, length)), `${length} bytes`).rejects.toThrow(SealBroken);
    }
    await expect(seal.open(CONTEXT, Buffer.concat([sealed, Buffer.of(0)]))).rejects.toThrow(SealBroken);
    await expect(seal.open(CONTEXT, Buffer.concat([sealed, sealed]))).rejects.toThrow(SealBroken);
  });

  test("doesn't open under another key, or under a master key that isn't the one of then", async () => {
    const first = await startKeys();
    const sealed = await createKmsSeal({ keyArn: KEY_ARN, client: first.client }).seal(CONTEXT, STATE);
    const other = createKmsSeal({ keyArn: OTHER_KEY_ARN, client: first.client });
    await expect(other.open(CONTEXT, sealed)).rejects.toThrow(SealBroken);
    const second = await startKeys();
    const later = createKmsSeal({ keyArn: KEY_ARN, client: second.client });
    await expect(later.open(CONTEXT, sealed)).rejects.toThrow(SealBroken);
  });

  test("holds nothing readable, and no error quotes it", async () => {
    const { client } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const sealed = Buffer.from(await seal.seal(CONTEXT, STATE));
    expect(sealed.includes(CANARY)).toBe(false);
    expect(sealed.includes('["cookie"')).toBe(false);
    const wrong = await seal.open({ ...CONTEXT, site: "b" }, sealed).catch((error: unknown) => error);
    const cut = await seal.open(CONTEXT, sealed.subarray(0, -1)).catch((error: unknown) => error);
    const large = await seal.seal(CONTEXT, Buffer.alloc(STATE_MAX_BYTES + 1, CANARY)).catch((error: unknown) => error);
    for (const error of [wrong, cut, large]) {
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
    }
  });
});

describe("messages that somebody else made with the same key", () => {
  async function made(
    plain: Uint8Array,
    encryptionContext: Record<string, string>,
    suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
  ) {
    const { client, endpoint } = await startKeys();
    const kms = new KMS({ endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
    const keyring = new KmsKeyringNode({ generatorKeyId: KEY_ARN, clientProvider: () => kms });
    const commits = new NodeAlgorithmSuite(suiteId).commitment === "KEY";
    const { encrypt } = buildEncrypt(
      commits ? CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT : CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
    );
    const { result } = await encrypt(keyring, gzipSync(plain), {
      suiteId,
      encryptionContext,
      frameLength: 1024 * 1024,
    });
    kms.destroy();
    return { seal: createKmsSeal({ keyArn: KEY_ARN, client }), sealed: result };
  }

  test("open where they are what we would have made", async () => {
    const { seal, sealed } = await made(STATE, { ...CONTEXT });
    expect(Buffer.from(await seal.open(CONTEXT, sealed))).toEqual(STATE);
  });

  test("don't open with a context that says more", async () => {
    const { seal, sealed } = await made(STATE, { ...CONTEXT, more: "yes" });
    await expect(seal.open(CONTEXT, sealed)).rejects.toThrow(SealBroken);
  });

  test.each([
    ["without key commitment", AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA256],
    ["with a signature", AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384],
  ])("don't open %s", async (_what, suiteId) => {
    const { seal, sealed } = await made(STATE, { ...CONTEXT }, suiteId);
    await expect(seal.open(CONTEXT, sealed)).rejects.toThrow(SealBroken);
  });

  test("don't open when they unpack into more than a state may have", async () => {
    const { seal, sealed } = await made(Buffer.alloc(STATE_MAX_BYTES + 1), { ...CONTEXT });
    expect(sealed.length).toBeLessThan(64 * 1024);
    // Not the state itself, which would be 16 MiB in the report.
    await expect(seal.open(CONTEXT, sealed).then(() => "opened")).rejects.toThrow(SealBroken);
  });
});

test("the largest state seals and opens, one byte more is refused before anything is asked of KMS", async () => {
  const { client, requests } = await startKeys();
  const seal = createKmsSeal({ keyArn: KEY_ARN, client });
  const most = Buffer.alloc(STATE_MAX_BYTES, "x");
  expect(Buffer.compare(await seal.open(CONTEXT, await seal.seal(CONTEXT, most)), most)).toBe(0);
  requests.take();
  await expect(seal.seal(CONTEXT, Buffer.alloc(STATE_MAX_BYTES + 1))).rejects.toThrow(TooLarge);
  expect(requests.take()).toEqual([]);
});

describe("data keys", () => {
  test("serve a session for five minutes, and not a moment more", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { client, requests } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const sealed = await seal.seal(CONTEXT, STATE);
    await seal.open(CONTEXT, sealed);
    expect(requests.take()).toEqual(["GenerateDataKey", "Decrypt"]);
    vi.advanceTimersByTime(5 * MINUTE_MS);
    await seal.seal(CONTEXT, STATE);
    await seal.open(CONTEXT, sealed);
    expect(requests.take()).toEqual([]);
    vi.advanceTimersByTime(1);
    await seal.open(CONTEXT, await seal.seal(CONTEXT, STATE));
    await seal.open(CONTEXT, sealed);
    expect(requests.take()).toEqual(["GenerateDataKey", "Decrypt", "Decrypt"]);
  });

  test("are each session's own", async () => {
    const { client, requests } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    await seal.seal(CONTEXT, STATE);
    await seal.seal({ ...CONTEXT, session: "shop-2" }, STATE);
    expect(requests.take()).toEqual(["GenerateDataKey", "GenerateDataKey"]);
  });

  test("are replaced after a thousand sealings", async () => {
    const { client, requests } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    for (let count = 0; count < 1_000; count += 1) await seal.seal(CONTEXT, Buffer.of());
    expect(requests.take()).toEqual(["GenerateDataKey"]);
    await seal.seal(CONTEXT, Buffer.of());
    expect(requests.take()).toEqual(["GenerateDataKey"]);
  });

  test("survive simultaneous use", async () => {
    const { client } = await startKeys();
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    const states = Array.from({ length: 40 }, (_, index) => ({
      context: { ...CONTEXT, session: `shop-${index % 4}` },
      plain: Buffer.from(`${index}`.repeat(1_000)),
    }));
    const sealed = await Promise.all(states.map(({ context, plain }) => seal.seal(context, plain)));
    const opened = await Promise.all(states.map(({ context }, at) => seal.open(context, sealed[at] ?? Buffer.of())));
    expect(opened.map(String)).toEqual(states.map(({ plain }) => plain.toString()));
  });
});

describe("when KMS doesn't do it", () => {
  test("an endpoint that is gone is StoreUnavailable, and is asked again next time", async () => {
    const { client } = await startKeys();
    const sealed = await createKmsSeal({ keyArn: KEY_ARN, client }).seal(CONTEXT, STATE);
    const nowhere = createKmsSeal({ keyArn: KEY_ARN, client: countedClient("http://127.0.0.1:1").client });
    await expect(nowhere.seal(CONTEXT, STATE)).rejects.toThrow(StoreUnavailable);
    await expect(nowhere.open(CONTEXT, sealed)).rejects.toThrow(/^open the state of session shop-1: .*ECONNREFUSED/u);
    await expect(nowhere.open(CONTEXT, sealed)).rejects.toThrow(StoreUnavailable);
  });

  test("too many requests is StoreUnavailable", async () => {
    const { client } = await startKeys();
    const sealed = await createKmsSeal({ keyArn: KEY_ARN, client }).seal(CONTEXT, STATE);
    const busy = operation(z.unknown(), () => {
      throw new ServiceRefusal("ThrottlingException", "Rate exceeded");
    });
    const server = await serveOnLoopback(jsonService("TrentService", { Decrypt: busy, GenerateDataKey: busy }));
    onTestFinished(() => server.close());
    const seal = createKmsSeal({ keyArn: KEY_ARN, client: countedClient(server.endpoint).client });
    await expect(seal.open(CONTEXT, sealed)).rejects.toThrow(StoreUnavailable);
    await expect(seal.seal(CONTEXT, STATE)).rejects.toThrow(StoreUnavailable);
  });

  test("a refusal that isn't about the bytes is StoreUnavailable, so that nobody logs in again for it", async () => {
    const { client, keys } = await startKeys();
    const sealed = await createKmsSeal({ keyArn: KEY_ARN, client }).seal(CONTEXT, STATE);
    keys.add("sessions", { arn: KEY_ARN, enabled: false });
    const seal = createKmsSeal({ keyArn: KEY_ARN, client });
    await expect(seal.open(CONTEXT, sealed)).rejects.toThrow(/^open the state of session shop-1: DisabledException/u);
    await expect(seal.seal(CONTEXT, STATE)).rejects.toThrow(/^seal the state of session shop-1: DisabledException/u);
  });
});
