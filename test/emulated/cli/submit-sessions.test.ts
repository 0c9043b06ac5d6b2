import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";

import { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import { session } from "../../unit/cli/sessions/session-fixtures.ts";
import { startCliStand, type CliStand } from "./cli-stand.ts";

const job = (id: string, more: object = {}) => ({
  v: 1,
  id,
  strategy: "pdf",
  input: {},
  site: "shop.example",
  ...more,
});

/** Takes all messages out of a queue: of a group SQS hands out the next ones when the first are deleted. */
async function received({ sqs }: CliStand, QueueUrl: string) {
  const request = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All" as const] };
  const found: { id: string; group: string | undefined; deduplication: string | undefined }[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
    if (Messages.length === 0) return found;
    for (const { Body, Attributes, ReceiptHandle } of Messages) {
      const { id } = JSON.parse(Body ?? "null") as { readonly id: string };
      found.push({ id, group: Attributes?.MessageGroupId, deduplication: Attributes?.MessageDeduplicationId });
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

async function standWithSessions(): Promise<CliStand> {
  const stand = await startCliStand();
  const store = new DynamoDbSessionStore(stand.dynamodb, stand.outputs.SessionsTableName);
  for (const policy of ["exclusive", "pages", "shared"] as const) {
    await store.create(session(policy, { policy, pool: "p" }), undefined, 1);
  }
  return stand;
}

test("jobs travel by their session's policy, a second time without doubles, and every queue is counted", async () => {
  const stand = await standWithSessions();
  const jobs = [
    job("1", { session: "exclusive" }),
    job("2", { session: "pages", priority: "high" }),
    job("3", { session: "shared", priority: "high" }),
    job("4", { sessionPool: "p" }),
    job("5", { session: "exclusive" }),
  ];
  const input = jobs.map((one) => JSON.stringify(one)).join("\n");
  const sent = await stand.run(["submit", "-", "--json"], { input });
  expect(sent).toMatchObject({ code: 0 });
  const lines = sent.stdout.trim().split("\n");
  const queues = lines.map((line) => JSON.parse(line) as { line: number; queue: string });
  expect(queues.toSorted((one, other) => one.line - other.line).map(({ queue }) => queue)).toEqual([
    "session-jobs",
    "session-jobs",
    "express",
    "jobs",
    "session-jobs",
  ]);
  const again = await stand.run(["submit", "-"], { input: JSON.stringify(jobs[0]) });
  expect(again.stdout).toContain("1 by session");

  const status = await stand.run(["status", "--json"]);
  const depths = (JSON.parse(status.stdout) as { queues: { queue: string; visible: number }[] }).queues;
  expect(depths.map(({ queue, visible }) => [queue, visible])).toEqual([
    ["express", 1],
    ["session-jobs", 3],
    ["jobs", 1],
    ["dead-letter", 0],
    ["session-dead-letter", 0],
    ["results", 0],
  ]);
  const found = await received(stand, stand.outputs.SessionJobsQueueUrl);
  expect(found.toSorted((one, other) => (one.id < other.id ? -1 : 1))).toEqual([
    { id: "1", group: "exclusive", deduplication: "1" },
    { id: "2", group: "pages", deduplication: "2" },
    { id: "5", group: "exclusive", deduplication: "5" },
  ]);
});

test("a job whose session isn't there stops all of them, by its line; unchecked it goes by its priority", async () => {
  const stand = await standWithSessions();
  const input = [job("1", { session: "exclusive" }), job("2", { session: "nobody" })].map((one) => JSON.stringify(one));
  const refused = await stand.run(["submit", "-"], { input: input.join("\n") });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /line 2 \(2\): session: must name a session that exists \(got "nobody"\)\n.*sessions list/u,
  );
  expect(await received(stand, stand.outputs.SessionJobsQueueUrl)).toEqual([]);
  const sent = await stand.run(["submit", "-", "--unchecked"], { input: input.join("\n") });
  expect(sent.stdout).toContain("Sent 2 jobs (0 express, 1 by session)");
  expect(await received(stand, stand.outputs.JobsQueueUrl)).toMatchObject([{ id: "2" }]);
});
