import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";

import { CHECKPOINT_MAX_BYTES } from "../../../functions/core/checkpoint/checkpoint.ts";
import { StoreUnavailable, TooLarge } from "../../../functions/core/job/store-failures.ts";
import { S3CheckpointObjects } from "../../../functions/store/s3-checkpoint-objects.ts";
import { emulatedS3Client, startQueuesAndBucket, type QueuesAndBucket } from "../../setup/emulators.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";

const PACKED = Uint8Array.of(31, 139, 0, 255);
const KEY = "checkpoints/a/1-1-x";
/** Fauxqs takes no body of 16 MiB. */
const EMULATOR_TAKES_BYTES = 4 * 1024 * 1024;

describe("checkpoints in S3", () => {
  let emulator: QueuesAndBucket;
  let client: S3Client;
  let objects: S3CheckpointObjects;
  let requests: RequestCount;
  beforeAll(async () => {
    emulator = await startQueuesAndBucket();
    client = emulatedS3Client(emulator.endpoint);
    requests = countRequests(client);
    objects = new S3CheckpointObjects(client, emulator.bucket);
  });
  afterAll(async () => {
    client.destroy();
    await emulator.stop();
  });
  beforeEach(() => {
    requests.take();
  });

  const keysUnder = async (Prefix: string) =>
    (await client.send(new ListObjectsV2Command({ Bucket: emulator.bucket, Prefix }))).Contents?.map(({ Key }) => Key);

  test("are written, read and removed with one request each", async () => {
    const key = await objects.put("shop:42", 3, 7, PACKED);
    expect(key).toMatch(/^checkpoints\/shop!3A42\/3-7-[0-9a-f-]{36}$/u);
    expect(await keysUnder("checkpoints/shop")).toEqual([key]);
    expect(requests.take()).toEqual(["PutObject", "ListObjectsV2"]);
    expect(await objects.get(key)).toEqual(PACKED);
    await objects.remove(key);
    await objects.remove(key);
    expect(await objects.get(key)).toBeUndefined();
    expect(requests.take()).toEqual(["GetObject", "DeleteObject", "DeleteObject", "GetObject"]);
  });

  test("of one job, fence and sequence are two objects, since the container before may still write", async () => {
    const [one, other] = await Promise.all([objects.put("twice", 1, 1, PACKED), objects.put("twice", 1, 1, PACKED)]);
    await objects.remove(one);
    expect(await objects.get(other)).toEqual(PACKED);
  });

  test("come back as they went in, in many pieces too", async () => {
    const large = new Uint8Array(EMULATOR_TAKES_BYTES).map((_, index) => (index * 31) % 251);
    const key = await objects.put("large", 1, 1, large);
    expect(Buffer.compare((await objects.get(key)) ?? PACKED, large)).toBe(0);
  });

  test("over the greatest size are refused without a request", async () => {
    const over = objects.put("large", 1, 1, new Uint8Array(CHECKPOINT_MAX_BYTES + 1));
    await expect(over).rejects.toBeInstanceOf(TooLarge);
    expect(requests.take()).toEqual([]);
  });

  test("are unavailable without their bucket", async () => {
    const lost = new S3CheckpointObjects(client, "no-such-bucket");
    for (const call of [
      async () => lost.put("a", 1, 1, PACKED),
      async () => lost.get(KEY),
      async () => lost.remove(KEY),
    ]) {
      await expect(call()).rejects.toBeInstanceOf(StoreUnavailable);
    }
  });

  /** What `get` comes to under an S3 that answers so. */
  async function answered(listener: RequestListener): Promise<unknown> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    const other = emulatedS3Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      other.destroy();
      server.close();
      server.closeAllConnections();
    });
    return new S3CheckpointObjects(other, "bucket").get(KEY).catch((error: unknown) => error);
  }

  test("that S3 denies are unavailable: it doesn't tell whether they are gone", async () => {
    const denied = await answered((_, response) => {
      response.writeHead(403, { "content-type": "application/xml" });
      response.end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    });
    expect(denied).toBeInstanceOf(StoreUnavailable);
    expect(denied).toMatchObject({ message: `get ${KEY}: AccessDenied: Access Denied` });
  });

  test.each([
    ["came through whole", PACKED, Uint8Array],
    ["were altered on the way", Uint8Array.of(31, 139, 0, 254), StoreUnavailable],
  ])("that %s are told by their checksum", async (_, body, kind) => {
    const checksum = createHash("sha256").update(PACKED).digest("base64");
    const answer = await answered((_request, response) => {
      response.writeHead(200, { "content-length": body.byteLength, "x-amz-checksum-sha256": checksum });
      response.end(body);
    });
    expect(answer).toBeInstanceOf(kind);
  });

  test("that break off are unavailable", async () => {
    const answer = await answered((_, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write(PACKED, () => response.destroy());
    });
    expect(answer).toBeInstanceOf(StoreUnavailable);
  });

  test("that are longer than any checkpoint aren't read to their end", async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const answer = await answered((_, response) => {
      response.writeHead(200);
      const send = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.byteLength;
      };
      response.on("drain", send);
      response.on("error", () => {});
      send();
    });
    expect(answer).toBeInstanceOf(TooLarge);
    expect(sent).toBeLessThan(4 * CHECKPOINT_MAX_BYTES);
  });
});
