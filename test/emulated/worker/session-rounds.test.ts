import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, it } from "vitest";

import { runBatch } from "../../../functions/worker/run-batch.ts";
import { MembersStand, NOTHING, visit } from "./members-stand.ts";
import { jobFor } from "./worker-stand.ts";

let members: MembersStand;
beforeEach(async () => {
  members = await MembersStand.start();
});
afterEach(() => members.stand.stop());

it("a group of 30 jobs comes in tens, and all of them run under one hold of their session", async () => {
  const { stand } = members;
  await members.create({ name: "ada", policy: "pages", pages: 3 });
  for (let index = 0; index < 30; index += 1) {
    const job = jobFor(visit, { session: "ada" });
    const group = { MessageGroupId: "ada", MessageDeduplicationId: job.id };
    await stand.sqs.send(
      new SendMessageCommand({ QueueUrl: stand.urls.sessionJobs, MessageBody: JSON.stringify(job), ...group }),
    );
  }
  const messages = await stand.queue.receive(10);
  expect(messages).toHaveLength(10);
  // Between two rounds the queue was asked a moment ago, and had nothing: the rest was locked.
  const container = members.container({ SUBLET_REFILL_MS: "60000" });
  const { usage } = await runBatch(container, { invocation: "i", messages, remainingMs: () => 900_000 });
  expect(await stand.results()).toHaveLength(30);
  expect(usage.refilledJobs).toBe(20);
  expect(usage.sessions).toMatchObject({ leased: 1, released: 1, refreshed: 1 });
  expect(members.site.logins).toEqual(["ada"]);
  expect(await members.left("ada")).toEqual(NOTHING);
});
