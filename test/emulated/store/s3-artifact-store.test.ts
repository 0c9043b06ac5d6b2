import { createHash } from "node:crypto";

import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { ARTIFACT_LIMITS } from "../../../functions/store/artifact-key.ts";
import { S3ArtifactStore } from "../../../functions/store/s3-artifact-store.ts";
import { emulatedS3Client, startQueuesAndBucket, type QueuesAndBucket } from "../../setup/emulators.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";

describe("the S3 artifact store", () => {
  let emulator: QueuesAndBucket;
  let client: S3Client;
  let store: S3ArtifactStore;
  let requests: RequestCount;
  beforeAll(async () => {
    emulator = await startQueuesAndBucket();
    client = emulatedS3Client(emulator.endpoint);
    requests = countRequests(client);
    store = new S3ArtifactStore(client, emulator.bucket);
  });
  afterAll(async () => {
    client.destroy();
    await emulator.stop();
  });

  test("writes a file under the job's prefix, with its checksum, in one request", async () => {
    const body = Buffer.from("a picture of a pear: 🍐");
    const sha256 = createHash("sha256").update(body);
    const digest = sha256.digest();
    requests.take();
    const reference = await store.put("shop:42", "pages/1.png", "image/png", body);
    expect(requests.take()).toEqual(["PutObject"]);
    expect(reference).toEqual({
      name: "pages/1.png",
      uri: `s3://${emulator.bucket}/jobs/shop!3A42/pages/1.png`,
      contentType: "image/png",
      bytes: body.byteLength,
      sha256: digest.toString("hex"),
    });
    const stored = await client.send(
      new GetObjectCommand({ Bucket: emulator.bucket, Key: "jobs/shop!3A42/pages/1.png", ChecksumMode: "ENABLED" }),
    );
    expect(stored).toMatchObject({ ContentType: "image/png", ChecksumSHA256: digest.toString("base64") });
    expect(Buffer.from((await stored.Body?.transformToByteArray()) ?? [])).toEqual(body);
  });

  test("keeps the last of two files of one name, and takes an empty one", async () => {
    await store.put("twice", "out.json", "application/json; charset=utf-8", Buffer.from("first"));
    expect(await store.put("twice", "out.json", "application/json", new Uint8Array())).toMatchObject({ bytes: 0 });
    const listed = await client.send(new ListObjectsV2Command({ Bucket: emulator.bucket, Prefix: "jobs/twice/" }));
    expect(listed.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([["jobs/twice/out.json", 0]]);
  });

  test.each([
    ["jobId", "", "a", "text/plain", 1, "jobId: must not be empty"],
    ["name", "id", "../a", "text/plain", 1, 'name: must be a relative path of letters, digits, .* \\(got "../a"\\)'],
    ["contentType", "id", "a", "text/plain\r\nx-amz-acl: public-read", 1, "contentType: must be a media type"],
    [
      "body",
      "id",
      "a",
      "text/plain",
      ARTIFACT_LIMITS.bodyMaxBytes + 1,
      "body: .* 67108864 bytes \\(got 67108865 bytes\\)",
    ],
  ])("refuses a %s outside the limits without a request", async (field, jobId, name, contentType, bytes, message) => {
    requests.take();
    const refused = await store.put(jobId, name, contentType, new Uint8Array(bytes)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: "ArtifactRefused", field, message: expect.stringMatching(message) });
    expect(requests.take()).toEqual([]);
  });

  test("is unavailable without its bucket", async () => {
    const put = new S3ArtifactStore(client, "no-such-bucket").put("id", "a", "text/plain", Buffer.from("a"));
    await expect(put).rejects.toBeInstanceOf(StoreUnavailable);
  });
});
