import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test, vi } from "vitest";

import { runningStack, type Noted } from "./running-stack.ts";

const WAIT = { timeout: 20_000, interval: 20 };

type Running = Awaited<ReturnType<typeof runningStack>>;

let sent = 0;

/** Sends to the FIFO queue as producers do: the group is the session, the deduplication id the job's. */
async function send(running: Running, group: string, body: Record<string, unknown>): Promise<void> {
  sent += 1;
  await running.sqs.send(
    new SendMessageCommand({
      QueueUrl: running.stack.outputs("Fleet")["SessionJobsUrl"],
      MessageBody: JSON.stringify({ ...body, group }),
      MessageGroupId: group,
      MessageDeduplicationId: `job-${sent}`,
    }),
  );
}

/** What each invocation was given, as `group:number`. */
function batches(noted: readonly Noted[]): string[][] {
  return noted.map(({ event }) =>
    event.Records.map(({ body }) => {
      const { group, n } = JSON.parse(body) as { group: string; n: number };
      return `${group}:${n}`;
    }),
  );
}

async function hidden(running: Running): Promise<number> {
  const QueueUrl = running.stack.outputs("Fleet")["SessionJobsUrl"];
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
  const { Attributes } = await running.sqs.send(command);
  return Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]);
}

test("two groups run at the same time, and each one's batches one after the other", async () => {
  const running = await runningStack({ containers: 3 });
  await send(running, "a", { n: 1, do: "wait", until: "go-a" });
  await vi.waitFor(async () => expect(batches(await running.noted())).toEqual([["a:1"]]), WAIT);
  await send(running, "a", { n: 2, do: "ok" });
  await send(running, "a", { n: 3, do: "ok" });
  await send(running, "b", { n: 1, do: "wait", until: "go-b" });
  // There is a third container, and a's messages wait all the same.
  await vi.waitFor(async () => expect(batches(await running.noted())).toEqual([["a:1"], ["b:1"]]), WAIT);
  await send(running, "c", { n: 1, do: "ok" });
  await vi.waitFor(async () => expect(batches(await running.noted())).toHaveLength(3), WAIT);
  expect(batches(await running.noted())).toEqual([["a:1"], ["b:1"], ["c:1"]]);

  await writeFile(join(running.notes, "go-a"), "");
  await vi.waitFor(async () => expect(batches(await running.noted()).flat()).toHaveLength(5), WAIT);
  expect(batches(await running.noted()).flat()).toEqual(["a:1", "b:1", "c:1", "a:2", "a:3"]);
  expect(running.reports().length).toBeLessThan(5);
  await writeFile(join(running.notes, "go-b"), "");
  await vi.waitFor(async () => expect(await hidden(running)).toBe(0), WAIT);
});

test("a job that fails for good goes to the FIFO dead-letter queue, and its group goes on", async () => {
  const running = await runningStack({ visibilitySeconds: 1, maxReceiveCount: 2 });
  await send(running, "a", { n: 1, do: "fail" });
  await send(running, "a", { n: 2, do: "ok" });
  await vi.waitFor(async () => expect(batches(await running.noted()).flat()).toEqual(["a:1", "a:1", "a:2"]), WAIT);
  const { Messages } = await running.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: running.stack.outputs("Fleet")["SessionDeadLetterUrl"],
      WaitTimeSeconds: 5,
      MessageSystemAttributeNames: ["MessageGroupId"],
    }),
  );
  expect(Messages?.map(({ Body, Attributes }) => [JSON.parse(Body ?? "null"), Attributes?.MessageGroupId])).toEqual([
    [{ n: 1, do: "fail", group: "a" }, "a"],
  ]);
});

test("a record says its group and its deduplication id, as Lambda's does", async () => {
  const running = await runningStack();
  await send(running, "shop-1", { n: 1, do: "ok" });
  await vi.waitFor(async () => expect(await running.noted()).toHaveLength(1), WAIT);
  const [noted] = await running.noted();
  expect(noted?.event.Records[0]).toMatchObject({
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:Fleet-session-jobs.fifo",
    attributes: { MessageGroupId: "shop-1", MessageDeduplicationId: `job-${sent}`, SequenceNumber: expect.any(String) },
  });
});
