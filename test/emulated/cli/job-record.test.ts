import { afterAll, beforeAll, expect, test } from "vitest";

import { listRunning, readRecord, readRecords } from "../../../cli/job-record.ts";
import type { Target } from "../../../cli/target/target.ts";
import type { JobResult } from "../../../functions/core/job/job-result.ts";
import type { Lease } from "../../../functions/core/lease/lease.ts";
import { startLeaseStores, type CreatedStore, type LeaseStores } from "../../setup/lease-stores.ts";

let stores: LeaseStores;
let created: CreatedStore;
beforeAll(async () => {
  stores = await startLeaseStores();
  created = await stores.create();
});
afterAll(() => stores.stop());

/** As much of a stack as reading records takes. */
const targetOf = ({ client, table }: CreatedStore) =>
  ({ dynamodb: client, outputs: { LeasesTableName: table } }) as Pick<Target, "dynamodb" | "outputs">;

const owner = { container: "container-1", invocation: "invocation-1" };

async function take(id: string, nowMs: number): Promise<Lease> {
  const request = {
    key: `job#${id}`,
    owner,
    durationMs: 60_000,
    jobClass: "discovery",
    strategy: "recipe",
    site: "s",
  } as const;
  const taken = await created.store.take(request, nowMs);
  if (taken.kind !== "taken") throw new Error(`${id} is ${taken.kind}`);
  return taken.lease;
}

function resultOf(id: string, output: unknown): JobResult {
  return { v: 1, id, kind: "completed", output, attempt: 1, fence: 1, container: "container-1", finishedAtMs: 5_000 };
}

test("reads a record that runs", async () => {
  const lease = await take("running", 1_000);
  expect(await readRecord(targetOf(created), "running")).toEqual({
    id: "running",
    state: "held",
    attempt: 1,
    lease: lease.id,
    fence: 1,
    container: "container-1",
    class: "discovery",
    strategy: "recipe",
    site: "s",
    acquiredAtMs: 1_000,
    renewedAtMs: 1_000,
    expiresAtMs: 61_000,
  });
});

test.each([
  ["short", "a title"],
  ["packed", "x".repeat(5_000)],
])("reads a %s result of a record that has ended", async (id, output) => {
  const lease = await take(id, 1_000);
  await created.store.finish(lease, resultOf(id, output), 2_000);
  const record = await readRecord(targetOf(created), id);
  expect(record).toMatchObject({ state: "finished", result: { kind: "completed", output } });
});

test("reads why a record was given back, and answers undefined for an unknown id", async () => {
  const lease = await take("given-back", 1_000);
  await created.store.release(lease, { reason: "out-of-time", countsAsAttempt: false }, 2_000);
  const record = await readRecord(targetOf(created), "given-back");
  expect(record).toMatchObject({ state: "released", releaseReason: "out-of-time" });
  expect(await readRecord(targetOf(created), "nobody")).toBeUndefined();
});

test("reads where a job has got to, without what only a worker can read", async () => {
  const lease = await take("under-way", 1_000);
  const body = { kind: "inline", packed: Buffer.from("packed"), sealed: true } as const;
  const checkpoint = { sequence: 36, stage: "pages", attempt: 1, workedMs: 900, body };
  await created.store.checkpoint(lease, checkpoint, 2_000);
  const record = await readRecord(targetOf(created), "under-way");
  expect(record?.checkpoint).toEqual({ sequence: 36, stage: "pages", savedAtMs: 2_000 });
});

test("reads many at once, over the limit of one request, and leaves out those that aren't there", async () => {
  const ids = Array.from({ length: 130 }, (_, index) => `many-${index}`);
  await Promise.all(ids.filter((_, index) => index % 2 === 0).map((id) => take(id, 1_000)));
  const records = await readRecords(targetOf(created), ids);
  expect(records).toHaveLength(65);
});

test("lists what runs from every partition of the index, soonest expiry first, and only jobs", async () => {
  const another = await stores.create();
  const { store } = another;
  const jobs = Array.from({ length: 40 }, (_, index) => index);
  for (const index of jobs) {
    await store.take({ key: `job#held-${index}`, owner, durationMs: 60_000 - index }, 1_000);
  }
  await store.take({ key: "session#login", owner, durationMs: 60_000 }, 1_000);
  const held = await listRunning(targetOf(another));
  expect(held.map(({ id }) => id)).toEqual(jobs.toReversed().map((index) => `held-${index}`));
});
