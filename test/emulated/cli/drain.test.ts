import { expect, test } from "vitest";

import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { DynamoDbFleetOrders } from "../../../functions/store/fleet-orders.ts";
import { startCliStand, type CliStand } from "./cli-stand.ts";

const owner = { container: "container-1", invocation: "i" };

const leasesOf = ({ dynamodb, outputs }: CliStand) => new DynamoDbLeaseStore(dynamodb, outputs.LeasesTableName, 30);

async function take(store: DynamoDbLeaseStore, id: string, nowMs: number) {
  const taken = await store.take({ key: `job#${id}`, owner, durationMs: 60_000 }, nowMs);
  if (taken.kind !== "taken") throw new Error(taken.kind);
  return taken.lease;
}

test("drain switches off and waits for what runs, twice the same; resume switches on", async () => {
  const stand = await startCliStand();
  const store = leasesOf(stand);
  const lease = await take(store, "a", Date.now());
  // Its container is dead: it holds nothing up.
  await take(store, "dead", Date.now() - 600_000);

  const drained = await stand.run(["drain", "--json"]);
  expect(drained).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(drained.stdout)).toMatchObject({
    eventSources: [
      { queue: "express", state: "Disabled" },
      { queue: "jobs", state: "Disabled" },
    ],
    running: [{ key: "job#a", container: "container-1" }],
    expired: 1,
    inFlight: 0,
    atRest: false,
  });
  expect(stand.pollers.map(({ state }) => state)).toEqual(["Disabled", "Disabled"]);

  const gaveUp = await stand.run(["drain", "--wait", "--timeout", "1"]);
  expect(gaveUp.code).toBe(4);
  expect(gaveUp.stderr).toMatch(/1 job runs.*\n(.*\n)*.*isn't at rest.*\n +job#a in container-1\n.*--resume/u);

  const waiting = stand.run(["drain", "--wait"]);
  await store.release(lease, { reason: "drained", countsAsAttempt: false }, Date.now());
  const rested = await waiting;
  expect(rested).toMatchObject({ code: 0 });
  const { sinceMs } = (JSON.parse(drained.stdout) as { drain: { sinceMs: number } }).drain;
  expect(rested.stdout).toContain(`drained since ${new Date(sinceMs).toISOString()}`);
  expect((await stand.run(["status"])).stdout).toMatch(/Drained since/u);

  for (let time = 0; time < 2; time += 1) {
    const resumed = await stand.run(["drain", "--resume"]);
    expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining("jobs enabled") });
  }
  expect(stand.pollers.map(({ state }) => state)).toEqual(["Enabled", "Enabled"]);
  expect(await new DynamoDbFleetOrders(stand.dynamodb, stand.outputs.LeasesTableName).read()).toEqual({ kills: [] });
}, 60_000);
