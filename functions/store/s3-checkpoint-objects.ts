import { createHash, randomUUID } from "node:crypto";
import { Readable, addAbortSignal } from "node:stream";

import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

import type { CheckpointObjects } from "../core/checkpoint/checkpoint-objects.ts";
import { CHECKPOINT_MAX_BYTES } from "../core/checkpoint/checkpoint.ts";
import { StoreUnavailable, TooLarge } from "../core/job/store-failures.ts";
import { ARTIFACTS_BUCKET } from "./artifacts-bucket.ts";
import { keySafe } from "./key-safe.ts";

/** The client's own limit ends with the answer's head. */
const BODY_TIMEOUT_MS = 15_000;

/**
 * Checkpoints as objects of the artifact bucket, `checkpoints/<job>/<fence>-<sequence>-<random>`, each with its SHA-256,
 * which S3 verifies on upload and the SDK on download. At most `CHECKPOINT_MAX_BYTES` each way; else `TooLarge`.
 *
 * An object that is gone is `undefined` only where the reader may list the bucket. The worker may not, and S3 tells it
 * AccessDenied then, as it does under a wrong policy: `StoreUnavailable`, since starting a job over because of a wrong policy
 * would do again what was done. It is rare: a record names only objects that were written before it, and the bucket keeps
 * them as long as records (`infra/constructs/artifact-bucket.ts`).
 */
export class S3CheckpointObjects implements CheckpointObjects {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(job: string, fence: number, sequence: number, packed: Uint8Array): Promise<string> {
    if (packed.byteLength > CHECKPOINT_MAX_BYTES) throw tooLarge(packed.byteLength);
    const Key = `${ARTIFACTS_BUCKET.checkpointPrefix}${keySafe(job)}/${fence}-${sequence}-${randomUUID()}`;
    const request = new PutObjectCommand({
      Bucket: this.#bucket,
      Key,
      Body: packed,
      ContentType: "application/octet-stream",
      ContentLength: packed.byteLength,
      ChecksumSHA256: createHash("sha256").update(packed).digest("base64"),
    });
    await unavailable(`put ${Key}`, this.#client.send(request));
    return Key;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const request = new GetObjectCommand({ Bucket: this.#bucket, Key: key, ChecksumMode: "ENABLED" });
    const answer = await this.#client.send(request).catch((error: unknown) => {
      if (error instanceof NoSuchKey) return undefined;
      throw new StoreUnavailable(`get ${key}`, error);
    });
    return answer === undefined ? undefined : unavailable(`get ${key}`, bytesOf(answer.Body));
  }

  async remove(key: string): Promise<void> {
    const request = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
    await unavailable(`remove ${key}`, this.#client.send(request));
  }
}

/** What is longer than a checkpoint isn't read to its end. */
async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (!(body instanceof Readable)) throw new TypeError("the answer has no body to read");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of addAbortSignal(AbortSignal.timeout(BODY_TIMEOUT_MS), body) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > CHECKPOINT_MAX_BYTES) throw tooLarge(bytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(bytes: number): TooLarge {
  return new TooLarge("the checkpoint's object", bytes, CHECKPOINT_MAX_BYTES);
}

async function unavailable<Answer>(operation: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof TooLarge ? error : new StoreUnavailable(operation, error);
  }
}
