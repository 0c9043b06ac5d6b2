import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { CheckpointPolicy } from "../../../functions/core/checkpoint/checkpoint-policy.ts";
import { TransientFailure } from "../../../functions/core/job/failures.ts";
import { EMULATOR_CREDENTIALS, EMULATOR_REGION } from "../../setup/emulators.ts";
import { asWorker } from "../../../functions/worker/outbound-guard.ts";
import { jobFor, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
beforeEach(async () => {
  stand = await WorkerStand.start();
});
afterEach(() => stand.stop());

const EACH = { SUBLET_CHECKPOINT: "navigation" };

async function objects(): Promise<readonly string[]> {
  const s3 = new S3Client({
    endpoint: stand.bucket.endpoint,
    region: EMULATOR_REGION,
    credentials: EMULATOR_CREDENTIALS,
    forcePathStyle: true,
  });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: stand.bucket.name }));
  s3.destroy();
  return Contents.map(({ Key = "" }) => Key).filter((key) => key.startsWith("checkpoints/"));
}

/** Fails once, after its checkpoints, and says with what it goes on. */
function failingOnce(before: Parameters<typeof strategyThat>[0]) {
  let failed = false;
  return strategyThat(async (run) => {
    if (failed) return { resumed: run.resume };
    await before(run);
    failed = true;
    throw new TransientFailure("HttpUnavailable", "503");
  });
}

async function twice(strategy: ReturnType<typeof strategyThat>, environment: Record<string, string> = EACH) {
  await stand.send(jobFor(strategy, { id: "the-job" }));
  const first = await stand.deliver(stand.container([strategy], environment));
  const between = await stand.leases.read("job#the-job");
  await stand.deliver(stand.container([strategy], environment), { waitSeconds: 10 });
  const [result] = await stand.results();
  return { first, between, result };
}

describe("what is written, and when", () => {
  const pages = (policy: CheckpointPolicy) =>
    failingOnce(async (run) => {
      await run.checkpoint({ stage: "one", cursor: 1 });
      await run.checkpoint({ stage: "one", cursor: 2 });
      await run.page.goto("https://shop.example/next");
      await run.checkpoint({ stage: "one", cursor: 3 });
      await run.checkpoint({ stage: "two", cursor: 4 });
      await run.checkpoint({ stage: "two", cursor: 5 });
      run.log(policy);
    });

  it.each([
    { policy: "stage", interval: "600000", writes: 2, cursor: 4 },
    { policy: "navigation", interval: "600000", writes: 3, cursor: 4 },
    { policy: "interval", interval: "0", writes: 5, cursor: 5 },
    { policy: "stage", interval: "0", writes: 2, cursor: 4 },
  ] as const)(
    "$policy, with an interval of $interval ms: $writes writes",
    async ({ policy, interval, writes, cursor }) => {
      const environment = { SUBLET_CHECKPOINT: policy, SUBLET_CHECKPOINT_INTERVAL_MS: interval };
      const { first, between, result } = await twice(pages(policy), environment);
      expect(first.usage.durability.checkpoints).toBe(writes);
      expect(between?.checkpoint?.sequence).toBe(writes);
      expect(result?.output).toEqual({ resumed: { stage: "two", cursor } });
    },
  );

  it("is the job's own choice where it makes one", async () => {
    const strategy = pages("stage");
    await stand.send(jobFor(strategy, { checkpoint: "stage" }));
    const { usage } = await stand.deliver(stand.container([strategy], { SUBLET_CHECKPOINT_INTERVAL_MS: "0" }));
    expect(usage.durability.checkpoints).toBe(2);
  });
});

describe("what a checkpoint holds", () => {
  it("goes beside the record where it is large, and comes back", async () => {
    const cursor = Array.from({ length: 20_000 }, (_, index) => ({ key: `${index}-${Math.sin(index)}` }));
    const keys: (readonly string[])[] = [];
    const strategy = failingOnce(async (run) => {
      await run.checkpoint({ stage: "small", cursor: 1 });
      await run.checkpoint({ stage: "large", cursor });
      keys.push(await asWorker(objects));
      await run.checkpoint({ stage: "larger", cursor: [...cursor, { key: "last" }] });
    });
    const { first, between, result } = await twice(strategy);
    expect(first.usage.durability).toMatchObject({ checkpoints: 3, checkpointObjects: 2 });
    expect(between?.checkpoint?.body).toMatchObject({ kind: "object", sealed: false });
    expect(result?.outputArtifact?.bytes).toBeGreaterThan(400_000);
    expect(keys.map(({ length }) => length)).toEqual([1]);
    await expect.poll(objects).toEqual([]);
  });

  it("is sealed for the job where it holds cookies", async () => {
    stand.browser.site = (url, cookies) => {
      cookies.set("login", "secret-cookie");
      return url.href;
    };
    const strategy = failingOnce(async (run) => {
      await run.page.goto("https://shop.example/in");
      await run.checkpoint({ stage: "in", cursor: 1 });
    });
    const { between } = await twice(strategy);
    const body = between?.checkpoint?.body;
    expect(body).toMatchObject({ kind: "inline", sealed: true });
    expect(Buffer.from(body?.kind === "inline" ? body.packed : []).toString()).toContain("job#the-job@shop.example:");
    expect(stand.browser.jars.at(-1)?.get("login")).toBe("secret-cookie");
  });

  it("is too much over 16 MiB: the last one stays, and the job goes on", async () => {
    const strategy = failingOnce(async (run) => {
      await run.checkpoint({ stage: "fits", cursor: "yes" });
      await run.checkpoint({ stage: "doesn't", cursor: "x".repeat(17 * 1024 * 1024) });
    });
    const { result } = await twice(strategy);
    expect(result?.output).toEqual({ resumed: { stage: "fits", cursor: "yes" } });
  });

  it("is a snapshot: what the strategy changes afterwards isn't in it", async () => {
    const cursor = { found: ["one"] };
    const strategy = failingOnce(async (run) => {
      await run.checkpoint({ stage: "walk", cursor });
      cursor.found.push("two");
    });
    const { result } = await twice(strategy);
    expect(result?.output).toEqual({ resumed: { stage: "walk", cursor: { found: ["one"] } } });
  });

  it("keeps the names of the files that the job had written", async () => {
    const strategy = failingOnce(async (run) => {
      await run.artifact("a.txt", "text/plain", Buffer.from("a"));
      await run.checkpoint({ stage: "walk", cursor: 1 });
    });
    const { result } = await twice(strategy);
    expect(result?.artifacts).toMatchObject([{ name: "a.txt", bytes: 1 }]);
  });

  it("is of no use when it can't be read: the job starts over", async () => {
    const job = jobFor(strategyThat(() => Promise.resolve()));
    const taken = await stand.leases.take(
      { key: `job#${job.id}`, owner: { container: "c", invocation: "i" }, durationMs: 60_000 },
      Date.now(),
    );
    if (taken.kind !== "taken") throw new Error("nobody else has it");
    const body = { kind: "inline", packed: Buffer.from("not gzip"), sealed: false } as const;
    const checkpoint = { sequence: 7, stage: "walk", attempt: 1, workedMs: 0, body };
    expect(await stand.leases.checkpoint(taken.lease, checkpoint, Date.now())).toMatchObject({ kind: "done" });
    await stand.leases.release(taken.lease, { reason: "test", countsAsAttempt: false }, Date.now());
    const strategy = strategyThat(async (run) => {
      const { resume } = run;
      await run.checkpoint({ stage: "walk", cursor: 1 });
      return { resume };
    });
    await stand.send(job);
    await stand.deliver(stand.container([strategy]));
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: {} }]);
  });
});
