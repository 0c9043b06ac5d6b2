import { createHash } from "node:crypto";

import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

import type { ArtifactStore } from "../core/job/artifact-store.ts";
import type { ArtifactReference } from "../core/job/job-result.ts";
import { boundedValue } from "../core/job/rejection.ts";
import { ArtifactRefused, StoreUnavailable } from "../core/job/store-failures.ts";
import { ARTIFACT_LIMITS, artifactKey } from "./artifact-key.ts";

/** Artifacts as objects of one bucket, each one PutObject. */
export class S3ArtifactStore implements ArtifactStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(jobId: string, name: string, contentType: string, body: Uint8Array): Promise<ArtifactReference> {
    const key = artifactKey(jobId, name);
    if (!/^[\w.+-]+\/[\w.+-]+(?: *; *[\w.+-]+=[\w.+-]+)*$/u.test(contentType)) {
      throw new ArtifactRefused(
        "contentType",
        "must be a media type such as image/png",
        boundedValue(contentType) ?? "",
      );
    }
    if (body.byteLength > ARTIFACT_LIMITS.bodyMaxBytes) {
      const rule = `must not be over ${ARTIFACT_LIMITS.bodyMaxBytes} bytes`;
      throw new ArtifactRefused("body", rule, `${body.byteLength} bytes`);
    }
    const digest = createHash("sha256").update(body).digest();
    try {
      await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: body,
          ContentType: contentType,
          ContentLength: body.byteLength,
          ChecksumSHA256: digest.toString("base64"),
        }),
      );
    } catch (error) {
      throw new StoreUnavailable(`put ${key}`, error);
    }
    return {
      name,
      uri: `s3://${this.#bucket}/${key}`,
      contentType,
      bytes: body.byteLength,
      sha256: digest.toString("hex"),
    };
  }
}
