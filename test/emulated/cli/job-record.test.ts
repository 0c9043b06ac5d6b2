import { afterAll, beforeAll, expect, test } from "vitest";

import { HELD_INDEX, listHeld, readRecord, readRecords } from "../../../cli/job-record.ts";
import type { JobResult } from "../../../functions/core/job/job-result.ts";
import { HELD_PARTITIONS } from "../../../functions/core/lease/lease-store.ts";
import type { Lease } from "../../../functions/core/lease/lease.ts";
import { startLeaseStores, type CreatedStore, type LeaseStores } from "../../setup/lease-stores.ts";

/** The CLI has the names of a job record's attributes from a copy: whatever the worker's store writes, it must read. */
let stores: LeaseStores;
let created: CreatedStore;
beforeAll(async () => {
  stores = await startLeaseStores();
  created = await stores.create();
});
afterAll(() => stores.stop());

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
  await take("running", 1_000);
  expect(await readRecord(created.client, created.table, "running")).toEqual({
    id: "running",
    state: "held",
    attempt: 1,
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
  const record = await readRecord(created.client, created.table, id);
  expect(record).toMatchObject({ state: "finished", result: { kind: "completed", output } });
});

test("reads why a record was given back, and answers undefined for an unknown id", async () => {
  const lease = await take("given-back", 1_000);
  await created.store.release(lease, "out-of-time", false, 2_000);
  const record = await readRecord(created.client, created.table, "given-back");
  expect(record).toMatchObject({ state: "released", releaseReason: "out-of-time" });
  expect(await readRecord(created.client, created.table, "nobody")).toBeUndefined();
});

test("reads many at once, over the limit of one request, and leaves out those that aren't there", async () => {
  const ids = Array.from({ length: 130 }, (_, index) => `many-${index}`);
  await Promise.all(ids.filter((_, index) => index % 2 === 0).map((id) => take(id, 1_000)));
  const records = await readRecords(created.client, created.table, ids);
  expect(records).toHaveLength(65);
});

test("lists what runs from every partition of the index, soonest expiry first, and only jobs", async () => {
  const { client, table, store } = await stores.create();
  const jobs = Array.from({ length: 40 }, (_, index) => index);
  for (const index of jobs) {
    await store.take({ key: `job#held-${index}`, owner, durationMs: 60_000 - index }, 1_000);
  }
  await store.take({ key: "session#login", owner, durationMs: 60_000 }, 1_000);
  const held = await listHeld(client, table);
  expect(held.map(({ id }) => id)).toEqual(jobs.toReversed().map((index) => `held-${index}`));
  expect(HELD_INDEX.partitions).toBe(HELD_PARTITIONS);
});
