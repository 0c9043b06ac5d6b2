import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";

import type { JobEvent, TakenCircumstances } from "../../../functions/core/job/job-history.ts";
import { DynamoDbFleetOrders } from "../../../functions/store/fleet-orders.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { startCliStand } from "./cli-stand.ts";

const circumstances: TakenCircumstances = {
  invocation: "i-1",
  queuedMs: 1_500,
  receiveCount: 1,
  queue: "jobs",
  waitMs: 4_200,
  running: 10,
  slots: 10,
  boundBy: "memory",
  waiting: 3,
  priority: "normal",
};

test("why tells a job's story from its record, and --json the events", async () => {
  const stand = await startCliStand();
  const leases = new DynamoDbLeaseStore(stand.dynamodb, stand.outputs.LeasesTableName, 30);
  const nowMs = Date.now();
  const request = {
    key: "job#tents",
    owner: { container: "c-1", invocation: "i-1" },
    durationMs: 60_000,
    strategy: "recipe",
    site: "shop.example",
  } as const;
  const taken = await leases.take({ ...request, circumstances }, nowMs);
  if (taken.kind !== "taken") throw new Error(taken.kind);
  const { lease } = taken;
  const body = { kind: "inline", packed: Buffer.from("secret body"), sealed: true } as const;
  await leases.checkpoint(lease, { sequence: 36, stage: "pages", attempt: 1, workedMs: 9_000, body }, nowMs);
  const displaced: JobEvent = {
    kind: "displaced",
    atMs: nowMs + 1_000,
    fence: 1,
    by: "urgent-7",
    waitedMs: 4_000,
    repeatedMs: 0,
  };
  await leases.note(lease, [...taken.history, displaced], nowMs + 1_000);

  const told = await stand.run(["why", "tents"]);
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toContain(`Job tents: held (recipe, shop.example), lease ${lease.id}, fence 1`);
  expect(told.stdout).toMatch(/Z {2}Attempt 1 began in container c-1\.\n.*sent 1\.5 s before, by queue jobs\.\n/u);
  expect(told.stdout).toContain("waited 4.2 s there for one of 10 slots; 3 jobs stood in line behind it");
  expect(told.stdout).toContain("Critical job urgent-7 took its slot.");
  expect(told.stdout).toMatch(/Its last checkpoint is "pages", number 36, .* \(11 bytes in its record, sealed\)/u);

  const json = await stand.run(["why", "tents", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    v: 1,
    lease: { key: "job#tents", id: lease.id, state: "held" },
    checkpoint: { sequence: 36, stage: "pages" },
    history: [{ kind: "taken", queuedMs: 1_500, container: "c-1" }, displaced],
  });
  expect(json.stdout).not.toMatch(/packed|secret/u);

  const error = { name: "StepFailed", message: "no \u001B[2Jbutton\nhere", at: "steps.3" };
  const result = { v: 1, id: "tents", kind: "failed", error, attempt: 1, fence: 1, container: "c-1" } as const;
  const interruptions = { recovered: 0, displaced: 1, moved: 0, waitedMs: 4_000, repeatedMs: 0 };
  const timings = { queuedMs: 1, waitMs: 1, allocationMs: 1, allocation: "hot", runMs: 5_000, interruptions } as const;
  const ended: JobEvent = { kind: "ended", atMs: nowMs + 6_000, fence: 1, outcome: "failed", runMs: 5_000 };
  const history = [...taken.history, displaced, ended];
  await leases.finish(lease, { ...result, timings, finishedAtMs: nowMs + 6_000 }, nowMs + 6_000, history);
  const after = await stand.run(["why", "tents"]);
  expect(after.stdout).toContain("It ended as failed in attempt 1: StepFailed: no button here (at steps.3).");
  expect(after.stdout).toContain("After 5 s of work it failed.");
  expect(after.stdout).toMatch(/dead-letter queue/u);

  const status = await stand.run(["status", "tents"]);
  expect(status.stdout).toMatch(new RegExp(`lease +${lease.id}, fence 1\n`, "u"));
  expect(status.stdout).toMatch(/checkpoint +"pages", number 36\n/u);
  expect(status.stdout).toMatch(/interruptions +interrupted 1 time \(1 displacement\): 4 s of waiting/u);
}, 180_000);

test("why without a record shows what waits and what runs", async () => {
  const stand = await startCliStand();
  const message = { QueueUrl: stand.outputs.JobsQueueUrl, MessageBody: JSON.stringify({ id: "tents" }) };
  await stand.sqs.send(new SendMessageCommand(message));

  const told = await stand.run(["why", "tents"]);
  expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining("No record of job tents") });
  expect(told.stdout).toContain("Queue jobs: about 1 waiting");
  expect(told.stdout).toContain("0 jobs run in 0 containers.");
  expect(told.stdout).toContain("no container is at work");

  await new DynamoDbFleetOrders(stand.dynamodb, stand.outputs.LeasesTableName).drain(Date.now());
  const drained = await stand.run(["why", "tents", "--json"]);
  expect(drained.code).toBe(1);
  expect(JSON.parse(drained.stdout)).toMatchObject({
    v: 1,
    job: null,
    running: 0,
    containers: 0,
    drain: { sinceMs: expect.any(Number) },
  });
}, 180_000);
