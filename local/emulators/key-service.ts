import { randomBytes } from "node:crypto";

import type { Hono } from "hono";
import { z } from "zod";

import { jsonService, operation } from "./json-service.ts";
import type { LocalKeys } from "./local-keys.ts";

const bytes = z.base64().transform((text) => Buffer.from(text, "base64"));
const context = z.record(z.string(), z.string()).default({});
const KEY_SPECS = { AES_128: 16, AES_256: 32 } as const;

const generateDataKey = z
  .object({
    KeyId: z.string(),
    EncryptionContext: context,
    NumberOfBytes: z.int().min(1).max(1_024).optional(),
    KeySpec: z.enum(["AES_128", "AES_256"]).optional(),
  })
  .refine(({ NumberOfBytes, KeySpec }) => (NumberOfBytes === undefined) !== (KeySpec === undefined), {
    error: "give either NumberOfBytes or KeySpec",
  });

const encrypt = z.object({ KeyId: z.string(), EncryptionContext: context, Plaintext: bytes });
const decrypt = z.object({ KeyId: z.string().optional(), EncryptionContext: context, CiphertextBlob: bytes });

/** The part of KMS that seals: symmetric keys, with the encryption context authenticated. */
export function keyService(keys: LocalKeys): Hono {
  return jsonService("TrentService", {
    GenerateDataKey: operation(generateDataKey, ({ KeyId, EncryptionContext, NumberOfBytes, KeySpec = "AES_256" }) => {
      const key = keys.find(KeyId);
      const plain = randomBytes(NumberOfBytes ?? KEY_SPECS[KeySpec]);
      const blob = keys.encrypt(key, plain, EncryptionContext);
      return { KeyId: key.arn, Plaintext: plain.toString("base64"), CiphertextBlob: blob.toString("base64") };
    }),
    Encrypt: operation(encrypt, ({ KeyId, EncryptionContext, Plaintext }) => {
      const key = keys.find(KeyId);
      const blob = keys.encrypt(key, Plaintext, EncryptionContext);
      return { KeyId: key.arn, CiphertextBlob: blob.toString("base64"), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
    }),
    Decrypt: operation(decrypt, ({ KeyId, EncryptionContext, CiphertextBlob }) => {
      const { key, plain } = keys.decrypt(CiphertextBlob, EncryptionContext, KeyId);
      return { KeyId: key.arn, Plaintext: plain.toString("base64"), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
    }),
  });
}
