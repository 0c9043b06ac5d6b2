import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";

import { receiveResults } from "../../../cli/jobs/results-queue.ts";
import { killOrderFor } from "../../../functions/core/fleet/fleet-orders.ts";
import type { JobResult } from "../../../functions/core/job/job-result.ts";
import type { Lease } from "../../../functions/core/lease/lease.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { DynamoDbFleetOrders } from "../../../functions/store/fleet-orders.ts";
import { startCliStand, type CliStand } from "./cli-stand.ts";

const owner = { container: "c-1", invocation: "i-1" };

const storesOf = ({ dynamodb, outputs }: CliStand) => ({
  leases: new DynamoDbLeaseStore(dynamodb, outputs.LeasesTableName, 30),
  orders: new DynamoDbFleetOrders(dynamodb, outputs.LeasesTableName),
});

async function take({ leases }: ReturnType<typeof storesOf>, id: string): Promise<Lease> {
  const taken = await leases.take({ key: `job#${id}`, owner, durationMs: 60_000, strategy: "recipe" }, Date.now());
  if (taken.kind !== "taken") throw new Error(taken.kind);
  return taken.lease;
}

/** Does what a container does: reads its orders now and then, and ends what they mean. Resolves when all have ended. */
async function obey({ leases, orders }: ReturnType<typeof storesOf>, held: readonly (readonly [string, Lease])[]) {
  const left = new Map(held);
  while (left.size > 0) {
    const given = await orders.read();
    for (const [id, lease] of left) {
      const order = killOrderFor(given, id, lease.acquiredAtMs);
      if (order === undefined) continue;
      const error = { name: "Killed", message: order.by };
      const { attempt, fence } = lease;
      const result: JobResult = { v: 1, id, kind: "killed", error, attempt, fence, container: "c-1", finishedAtMs: 5 };
      await leases.finish(lease, result, Date.now());
      left.delete(id);
    }
  }
}

test("kill ends a job at work by its container, and one that waits by itself", async () => {
  const stand = await startCliStand();
  const stores = storesOf(stand);
  const lease = await take(stores, "at-work");
  const obeying = obey(stores, [["at-work", lease]]);
  const killed = await stand.run(["kill", "at-work", "queued.1", "--by", "Ann"]);
  await obeying;
  expect(killed).toMatchObject({ code: 0, stderr: "" });
  expect(killed.stdout).toContain("at-work: killed in container c-1");
  expect(killed.stdout).toContain("queued.1: killed while it waited: no container will run it");

  const published = await receiveResults(stand, 10, 1);
  expect(published.map(({ result }) => result)).toMatchObject([
    { v: 1, id: "queued.1", kind: "killed", error: { name: "Killed", message: "Ann ended the job while it waited" } },
  ]);
  await expect(take(stores, "queued.1")).rejects.toThrow("finished");
  expect(await stores.leases.read("job#queued.1")).toMatchObject({
    state: "finished",
    fence: 1,
    owner: { container: "operator" },
    result: published[0]?.result,
    history: [
      { kind: "kill-asked", by: "Ann" },
      { kind: "ended", outcome: "killed" },
    ],
  });
  expect((await stand.run(["why", "queued.1"])).stdout).toMatch(/Ann asked for its end\.\n(.*\n)*.*under another id/u);
}, 180_000);

test("kill says what had ended already, what a container still holds, and what can't be an id", async () => {
  const stand = await startCliStand();
  const stores = storesOf(stand);
  const lease = await take(stores, "done");
  const result: JobResult = {
    v: 1,
    id: "done",
    kind: "completed",
    attempt: 1,
    fence: 1,
    container: "c-1",
    finishedAtMs: 5,
  };
  await stores.leases.finish(lease, result, Date.now());
  await take(stores, "deaf");

  expect(await stand.run(["kill", "done"])).toMatchObject({
    code: 1,
    stdout: "done: had ended already: completed, at 1970-01-01T00:00:00.005Z\n",
  });
  const unwaited = await stand.run(["kill", "deaf", "--no-wait", "--json"]);
  expect(unwaited.code).toBe(0);
  expect(JSON.parse(unwaited.stdout)).toMatchObject({
    v: 1,
    jobs: [{ id: "deaf", kind: "ordered", container: "c-1" }],
  });
  const gaveUp = await stand.run(["kill", "deaf", "--timeout", "1"]);
  expect(gaveUp).toMatchObject({ code: 4, stdout: expect.stringContaining("deaf: container c-1 still holds it") });
  for (const wrong of [["kill"], ["kill", "a", "--all"], ["kill", "not an id"], ["kill", "a", "--by", ""]]) {
    expect((await stand.run(wrong)).code).toBe(2);
  }
  expect((await stores.orders.read()).kills.map(({ job }) => job)).toEqual(["deaf"]);
}, 180_000);

test("kill --all ends what runs and leaves what waits", async () => {
  const stand = await startCliStand();
  const stores = storesOf(stand);
  const message = { QueueUrl: stand.outputs.JobsQueueUrl, MessageBody: JSON.stringify({ id: "waits" }) };
  await stand.sqs.send(new SendMessageCommand(message));
  const held = await Promise.all(["a", "b"].map(async (id) => [id, await take(stores, id)] as const));

  const nobody = await stand.run(["kill", "--all"]);
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  expect((await stores.orders.read()).killAll).toBeUndefined();

  const obeying = obey(stores, held);
  const killed = await stand.run(["kill", "--all", "--yes", "--by", "Ann"]);
  await obeying;
  expect(killed).toMatchObject({ code: 0, stderr: "" });
  expect(killed.stdout).toContain("2 jobs ended: 2 killed.");
  expect(killed.stdout).toContain("about 1 message, which run as before. `npx sublet drain`");
  expect((await stores.orders.read()).killAll).toMatchObject({ by: "Ann" });
  expect(await stores.leases.read("job#waits")).toBeUndefined();
}, 180_000);
