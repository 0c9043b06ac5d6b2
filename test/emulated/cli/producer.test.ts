import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";

import { outgoing } from "../../../cli/jobs/outgoing.ts";
import { readJobs } from "../../../cli/jobs/read-jobs.ts";
import { peekResults, receiveResults, removeResults } from "../../../cli/jobs/results-queue.ts";
import { sendJobs } from "../../../cli/jobs/send-jobs.ts";
import { waitForJobs } from "../../../cli/jobs/wait-for-jobs.ts";
import { collectResults } from "../../../cli/run/collect-results.ts";
import type { Target } from "../../../cli/target/target.ts";
import type { JobResult } from "../../../functions/core/job/job-result.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { startCliStand } from "./cli-stand.ts";

function result(id: string, more: Partial<JobResult> = {}): JobResult {
  return { v: 1, id, kind: "completed", attempt: 1, fence: 1, container: "c", finishedAtMs: 0, ...more };
}

async function publish(target: Target, ...results: readonly JobResult[]): Promise<void> {
  for (const one of results) {
    const command = { QueueUrl: target.outputs.ResultsQueueUrl, MessageBody: JSON.stringify(one) };
    await target.sqs.send(new SendMessageCommand(command));
  }
}

async function bodies(target: Target, QueueUrl: string): Promise<unknown[]> {
  const { Messages } = await target.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return (Messages ?? []).map(({ Body }) => JSON.parse(Body ?? "null"));
}

test("each job goes to the queue of its priority, and is answered with its message's id", async () => {
  const target = await startCliStand();
  const jobs = [{ id: "a", priority: "critical" }, { id: "b" }, { id: "c", priority: "high" }, { nonsense: true }];
  const entries = readJobs(jobs.map((job) => JSON.stringify(job)).join("\n"));
  const sent = await sendJobs(
    target.sqs,
    target.outputs,
    entries.map((entry) => outgoing(entry)),
  );
  expect(sent.toSorted((one, other) => one.line - other.line).map(({ line, id }) => [line, id])).toEqual([
    [1, "a"],
    [2, "b"],
    [3, "c"],
    [4, undefined],
  ]);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(4);
  expect(await bodies(target, target.outputs.ExpressQueueUrl)).toEqual([jobs[0], jobs[2]]);
  expect(await bodies(target, target.outputs.JobsQueueUrl)).toEqual([jobs[1], jobs[3]]);
});

test("what SQS refuses is named by its line, and the rest is sent", async () => {
  const target = await startCliStand();
  const messages = readJobs('{"id":"a"}').map((entry) => outgoing(entry));
  const refused = { line: 7, body: "\u0000", queue: "jobs", group: undefined, id: undefined } as const;
  await expect(sendJobs(target.sqs, target.outputs, [...messages, refused])).rejects.toThrow(/refused 1.*line 7/su);
  expect(await bodies(target, target.outputs.JobsQueueUrl)).toEqual([{ id: "a" }]);
});

test("peeking leaves every result in the queue", async () => {
  const target = await startCliStand();
  await publish(target, ...Array.from({ length: 12 }, (_, index) => result(`r-${index}`)));
  for (let round = 0; round < 2; round += 1) {
    const peeked = await peekResults(target);
    expect(new Set(peeked.map(({ id }) => id)).size).toBe(12);
  }
  const received = await receiveResults(target, 10, 0);
  await removeResults(target, received);
  expect(await peekResults(target)).toHaveLength(2);
});

test("waiting reads results from records, rejections from the results queue, and names who has none", async () => {
  const target = await startCliStand();
  const store = new DynamoDbLeaseStore(target.dynamodb, "leases", 30);
  const owner = { container: "c", invocation: "i" };
  const taken = await store.take({ key: "job#done", owner, durationMs: 1_000 }, Date.now());
  if (taken.kind !== "taken") throw new Error(taken.kind);
  await store.finish(taken.lease, result("done", { output: 1 }), Date.now());
  await publish(target, result("refused", { kind: "rejected", fence: 0 }), result("somebody-else"));
  const seen: string[] = [];
  const { results, missing } = await waitForJobs(target, ["done", "refused", "never"], {
    timeoutMs: 0,
    onResult: ({ id, kind }) => seen.push(`${id} ${kind}`),
  });
  expect(seen.toSorted()).toEqual(["done completed", "refused rejected"]);
  expect(results.get("done")?.output).toBe(1);
  expect(missing).toEqual(["never"]);
  expect(await peekResults(target)).toHaveLength(2);
});

test("collecting takes the highest fence of each job, and leaves the queue empty", async () => {
  const target = await startCliStand();
  await publish(target, result("stranger"), result("a", { fence: 2 }), result("a", { fence: 1 }), result("b"));
  const ended: string[] = [];
  const { results, stalled } = await collectResults(target, new Set(["a", "b"]), {
    stallMs: 10_000,
    signal: new AbortController().signal,
    onResult: ({ id }) => ended.push(id),
  });
  expect(stalled).toBe(false);
  expect(ended.toSorted()).toEqual(["a", "b"]);
  expect(results.get("a")?.fence).toBe(2);
  expect(await peekResults(target)).toEqual([]);
});

test("collecting gives up when nothing comes for long", async () => {
  const target = await startCliStand();
  const options = { stallMs: 0, signal: new AbortController().signal, onResult: () => {} };
  const { results, stalled } = await collectResults(target, new Set(["a"]), options);
  expect(stalled).toBe(true);
  expect(results.size).toBe(0);
});
