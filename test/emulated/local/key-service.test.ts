import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  DecryptCommand,
  DescribeKeyCommand,
  DisabledException,
  EncryptCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSClient,
  NotFoundException,
} from "@aws-sdk/client-kms";
import { describe, expect, onTestFinished, test } from "vitest";

import { LOCAL_CREDENTIALS } from "../../../local/local-credentials.ts";
import { KEY_ARN, OTHER_KEY_ARN, startKeys } from "../secrets/key-stand.ts";
import { runningStack } from "./running-stack.ts";

const EncryptionContext = { session: "shop-1", site: "shop.example" };

describe("the KMS endpoint", () => {
  test("makes data keys and opens them, by id, ARN and alias, and answers with the ARN", async () => {
    const { client } = await startKeys();
    for (const KeyId of ["sessions", KEY_ARN, "alias/sessions", KEY_ARN.replace("key/", "alias/")]) {
      const made = await client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext }));
      expect(made.KeyId).toBe(KEY_ARN);
      expect(made.Plaintext).toHaveLength(32);
      // Whose key it is stands in the blob, as in AWS's.
      const { CiphertextBlob } = made;
      const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
      expect(opened).toMatchObject({ KeyId: KEY_ARN, Plaintext: made.Plaintext });
    }
    const { Plaintext } = await client.send(new GenerateDataKeyCommand({ KeyId: KEY_ARN, NumberOfBytes: 16 }));
    expect(Plaintext).toHaveLength(16);
  });

  test("the context is a set of pairs: their order doesn't matter, each of them does", async () => {
    const { client } = await startKeys();
    const Plaintext = Buffer.from("plain");
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: KEY_ARN, Plaintext, EncryptionContext }));
    const open = (context: Record<string, string> | undefined) =>
      client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
    const opened = await open({ site: "shop.example", session: "shop-1" });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    for (const context of [
      undefined,
      { session: "shop-1" },
      { ...EncryptionContext, more: "" },
      { ...EncryptionContext, session: "shop-2" },
      { session: "shop.example", site: "shop-1" },
    ]) {
      await expect(open(context)).rejects.toThrow(InvalidCiphertextException);
    }
  });

  test("no byte of a blob may change, and none may lack", async () => {
    const { client } = await startKeys();
    const { CiphertextBlob = new Uint8Array() } = await client.send(
      new EncryptCommand({ KeyId: KEY_ARN, Plaintext: Buffer.from("plain"), EncryptionContext }),
    );
    const open = (blob: Uint8Array) => client.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext }));
    for (const index of CiphertextBlob.keys()) {
      const flipped = Uint8Array.from(CiphertextBlob);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      await expect(open(flipped), `byte ${index} flipped`).rejects.toThrow(InvalidCiphertextException);
      if (index === 0) continue;
      await expect(open(CiphertextBlob.subarray(0, index)), `cut at ${index}`).rejects.toThrow(
        InvalidCiphertextException,
      );
    }
  });

  test("refuses other keys, unknown and disabled ones, and what it doesn't do", async () => {
    const { client, keys } = await startKeys();
    const { CiphertextBlob } = await client.send(new GenerateDataKeyCommand({ KeyId: KEY_ARN, KeySpec: "AES_256" }));
    await expect(client.send(new DecryptCommand({ CiphertextBlob, KeyId: OTHER_KEY_ARN }))).rejects.toThrow(
      IncorrectKeyException,
    );
    for (const KeyId of ["nobody", "alias/nobody", KEY_ARN.replace("eu-central-1", "eu-central-2")]) {
      await expect(client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }))).rejects.toThrow(
        NotFoundException,
      );
    }
    await expect(client.send(new GenerateDataKeyCommand({ KeyId: KEY_ARN }))).rejects.toThrow("NumberOfBytes");
    await expect(client.send(new DescribeKeyCommand({ KeyId: KEY_ARN }))).rejects.toThrow("DescribeKey is not known");
    keys.add("sessions", { arn: KEY_ARN, enabled: false });
    await expect(client.send(new DecryptCommand({ CiphertextBlob }))).rejects.toThrow(DisabledException);
  });
});

test("the local stack's key comes from its file: the next run opens what this one sealed", async () => {
  const directory = await mkdtemp(join(tmpdir(), "key-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const run = async (keyFile: string) => {
    const { stack } = await runningStack({ keyFile });
    const { region, endpoints } = stack;
    const client = new KMSClient({ region, endpoint: endpoints.kms, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 });
    onTestFinished(() => client.destroy());
    return { client, stack, KeyId: stack.outputs("Fleet")["KeyArn"] };
  };
  const first = await run(join(directory, "one.key"));
  const { CiphertextBlob, Plaintext } = await first.client.send(
    new GenerateDataKeyCommand({ KeyId: first.KeyId, KeySpec: "AES_256", EncryptionContext }),
  );
  await first.stack.close();
  const open = { CiphertextBlob, KeyId: "alias/sublet-sessions", EncryptionContext };
  const second = await run(join(directory, "one.key"));
  await expect(second.client.send(new DecryptCommand(open))).resolves.toMatchObject({ Plaintext });
  await second.stack.close();
  const other = await run(join(directory, "other.key"));
  await expect(other.client.send(new DecryptCommand(open))).rejects.toThrow(InvalidCiphertextException);
});
