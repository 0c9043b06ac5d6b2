import {
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type ReceiveMessageCommandInput,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { ReceivedMessage } from "../../../functions/core/job/job-queue.ts";
import { SqsJobQueue } from "../../../functions/queue/sqs-job-queue.ts";
import {
  EMULATOR_REGION,
  emulatedSqsClient,
  startQueuesAndBucket,
  type QueuesAndBucket,
} from "../../setup/emulators.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";

describe("session jobs", () => {
  let emulator: QueuesAndBucket;
  let client: SQSClient;
  let queue: SqsJobQueue;
  let requests: RequestCount;
  beforeEach(async () => {
    emulator = await startQueuesAndBucket();
    client = emulatedSqsClient(emulator.endpoint);
    requests = countRequests(client);
    queue = new SqsJobQueue(client, emulator.urls, 60);
  });
  afterEach(async () => {
    client.destroy();
    await emulator.stop();
  });

  /** As a producer does: the group is the session, and the job's id keeps a repeated send from making a second message. */
  async function send(session: string, ...ids: string[]): Promise<void> {
    for (const id of ids) {
      const group = { MessageGroupId: session, MessageDeduplicationId: id };
      await client.send(new SendMessageCommand({ QueueUrl: emulator.urls.sessionJobs, MessageBody: id, ...group }));
    }
    requests.take();
  }

  async function sendPlain(to: "express" | "jobs", body: string): Promise<void> {
    await client.send(new SendMessageCommand({ QueueUrl: emulator.urls[to], MessageBody: body }));
  }

  async function receiveOne(): Promise<ReceivedMessage> {
    const [message] = await queue.receive(1);
    if (message === undefined) throw new Error("one message expected");
    return message;
  }

  async function dead() {
    const { Messages } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: emulator.urls.sessionDeadLetter,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    return Messages ?? [];
  }

  const bodies = (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body);

  test("come after express and before jobs, with their session as the group", async () => {
    await sendPlain("jobs", "j");
    await sendPlain("express", "e");
    await send("pear", "s");
    const received = await queue.receive(3);
    expect(received.map(({ queue: from, body, groupId }) => [from, body, groupId])).toEqual([
      ["express", "e", undefined],
      ["session-jobs", "s", "pear"],
      ["jobs", "j", undefined],
    ]);
  });

  test("of a session come together and in order, and the rest of them stay away while one is in hand", async () => {
    await send("pear", "p1", "p2", "p3");
    await send("plum", "q1");
    const received = await queue.receive(2);
    expect(bodies(received)).toEqual(["p1", "p2"]);
    expect(bodies(await queue.receive(10))).toEqual(["q1"]);
    await queue.remove(received[0]!);
    expect(await queue.receive(10)).toEqual([]);
    await queue.remove(received[1]!);
    expect(bodies(await queue.receive(10))).toEqual(["p3"]);
  });

  test("given back come again first", async () => {
    await send("pear", "p1", "p2");
    await queue.giveBack(await receiveOne(), 0);
    expect(await receiveOne()).toMatchObject({ body: "p1", receiveCount: 2 });
  });

  test("given back for later keep their session waiting, so that none overtakes", async () => {
    await send("pear", "p1", "p2");
    const first = await receiveOne();
    await queue.giveBack(first, 60);
    expect(await queue.receive(10)).toEqual([]);
    await queue.giveBack(first, 0);
    expect(bodies(await queue.receive(10))).toEqual(["p1", "p2"]);
  });

  test("given back together keep their order", async () => {
    await send("pear", "p1", "p2", "p3");
    const received = await queue.receive(3);
    for (const message of received) await queue.giveBack(message, 0);
    expect(bodies(await queue.receive(10))).toEqual(["p1", "p2", "p3"]);
  });

  test("are hidden together with those of other queues, and named where their receipt is no longer good", async () => {
    await sendPlain("express", "e");
    await send("pear", "p1");
    const received = await queue.receive(2);
    await queue.remove(received[1]!);
    requests.take();
    expect(await queue.extend(received, 30)).toEqual([received[1]!.messageId]);
    expect(requests.take()).toEqual(["ChangeMessageVisibilityBatch", "ChangeMessageVisibilityBatch"]);
  });

  test("are asked for under an id of the call, so that the SDK's repetition gets the same ones", async () => {
    const asked: ReceiveMessageCommandInput[] = [];
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context["commandName"] === "ReceiveMessageCommand") asked.push(args.input as ReceiveMessageCommandInput);
        return next(args);
      },
      { step: "initialize", name: "recordReceives" },
    );
    await queue.receive(1);
    await queue.receive(1);
    const ids = asked.map(({ QueueUrl, ReceiveRequestAttemptId }) => [QueueUrl, ReceiveRequestAttemptId]);
    const { express, sessionJobs, jobs } = emulator.urls;
    const once = [
      [express, undefined],
      [sessionJobs, expect.any(String)],
      [jobs, undefined],
    ];
    expect(ids).toEqual([...once, ...once]);
    expect(ids[1]![1]).not.toBe(ids[4]![1]);
  });

  describe("that are poison", () => {
    test("end after their attempts, and the session goes on", async () => {
      await send("pear", "poison", "p2");
      for (let attempt = 1; attempt < 3; attempt += 1) {
        const message = await receiveOne();
        expect(message).toMatchObject({ body: "poison", receiveCount: attempt });
        await queue.giveBack(message, 0);
      }
      const last = await receiveOne();
      await queue.deadLetter(last, "failed: no such page", 3);
      await queue.remove(last);
      expect(bodies(await queue.receive(10))).toEqual(["p2"]);
    });

    test("are moved aside by SQS itself where no container lives to end them", async () => {
      const deadLetterTargetArn = `arn:aws:sqs:${EMULATOR_REGION}:000000000000:sublet-session-dead-letter.fifo`;
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
      await client.send(
        new SetQueueAttributesCommand({ QueueUrl: emulator.urls.sessionJobs, Attributes: { RedrivePolicy } }),
      );
      await send("pear", "poison", "p2");
      await queue.giveBack(await receiveOne(), 0);
      await queue.giveBack(await receiveOne(), 0);
      expect(bodies(await queue.receive(10))).toEqual(["p2"]);
      expect(await dead()).toMatchObject([{ Body: "poison", Attributes: { MessageGroupId: "pear" } }]);
    });
  });

  describe("deadLetter", () => {
    test("copies into the FIFO queue, in the session's group, with reason and fence", async () => {
      await send("pear", "p1");
      await queue.deadLetter(await receiveOne(), "failed: broken", 7);
      expect(await dead()).toMatchObject([
        {
          Body: "p1",
          Attributes: { MessageGroupId: "pear" },
          MessageAttributes: {
            SubletReason: { StringValue: "failed: broken" },
            SubletFence: { StringValue: "7" },
          },
        },
      ]);
    });

    test("said twice leaves one copy, but one for each failure, and none is taken for the producer's message", async () => {
      await send("pear", "p1");
      const message = await receiveOne();
      await queue.deadLetter(message, "failed: first", 1);
      await queue.deadLetter(message, "failed: first", 1);
      await queue.deadLetter(message, "failed: second", 2);
      await queue.deadLetter(message, "not a job");
      await queue.deadLetter({ ...message, messageId: "redriven" }, "failed: first", 1);
      const copies = await dead();
      const reasons = copies.map(({ MessageAttributes }) => MessageAttributes?.["SubletReason"]?.StringValue);
      expect(copies.map(({ Attributes }) => Attributes?.MessageDeduplicationId)).not.toContain("p1");
      expect(reasons).toEqual(["failed: first", "failed: second", "not a job", "failed: first"]);
    });

    test("of a job of another queue goes to the other dead-letter queue", async () => {
      await sendPlain("jobs", "j");
      await queue.deadLetter(await receiveOne(), "failed: broken", 7);
      expect(await dead()).toEqual([]);
    });

    test("put back, runs again at once, though the producer's own message was sent within five minutes", async () => {
      await send("pear", "p1");
      const message = await receiveOne();
      await queue.deadLetter(message, "failed: broken", 7);
      await queue.remove(message);
      const [copy] = await dead();
      // As SQS's own redrive does: the copy goes as it is, group and deduplication id included.
      await client.send(
        new SendMessageCommand({
          QueueUrl: emulator.urls.sessionJobs,
          MessageBody: copy?.Body,
          MessageAttributes: copy?.MessageAttributes,
          MessageGroupId: copy?.Attributes?.MessageGroupId,
          MessageDeduplicationId: copy?.Attributes?.MessageDeduplicationId,
        }),
      );
      expect(await receiveOne()).toMatchObject({ body: "p1", groupId: "pear", redriveOfFence: 7 });
    });
  });
});
