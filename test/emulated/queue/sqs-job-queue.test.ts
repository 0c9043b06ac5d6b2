import {
  ReceiveMessageCommand,
  SendMessageCommand,
  type ChangeMessageVisibilityBatchCommandOutput,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { ReceivedMessage } from "../../../functions/core/job/job-queue.ts";
import { QueueUnavailable, TooLarge } from "../../../functions/core/job/store-failures.ts";
import { SqsJobQueue } from "../../../functions/queue/sqs-job-queue.ts";
import { createQueue, emulatedSqsClient, startQueuesAndBucket, type QueuesAndBucket } from "../../setup/emulators.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";
import { jobResult } from "../contract/lease-fixtures.ts";

const VISIBILITY_SECONDS = 60;

describe("the SQS job queue", () => {
  let emulator: QueuesAndBucket;
  let client: SQSClient;
  let queue: SqsJobQueue;
  let requests: RequestCount;
  beforeEach(async () => {
    emulator = await startQueuesAndBucket();
    client = emulatedSqsClient(emulator.endpoint);
    requests = countRequests(client);
    queue = new SqsJobQueue(client, emulator.urls, VISIBILITY_SECONDS);
  });
  afterEach(async () => {
    client.destroy();
    await emulator.stop();
  });

  async function send(to: "express" | "jobs", ...texts: string[]): Promise<void> {
    for (const body of texts) {
      await client.send(new SendMessageCommand({ QueueUrl: emulator.urls[to], MessageBody: body }));
    }
    requests.take();
  }

  async function drained(url: string) {
    const answer = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
    );
    return answer.Messages ?? [];
  }

  function bodies(messages: readonly ReceivedMessage[]): string[] {
    return messages.map(({ body }) => body);
  }

  describe("receive", () => {
    test("takes express before jobs, hides what it took, and never waits", async () => {
      await send("jobs", "j1", "j2");
      await send("express", "e1");
      const received = await queue.receive(2);
      expect(received.map(({ queue: from, body }) => [from, body])).toEqual([
        ["express", "e1"],
        ["jobs", "j1"],
      ]);
      expect(received[0]).toMatchObject({ receiveCount: 1, sentAtMs: expect.any(Number) });
      expect(requests.take()).toEqual(["ReceiveMessage", "ReceiveMessage", "ReceiveMessage"]);
      expect(bodies(await queue.receive(10))).toEqual(["j2"]);
      expect(await queue.receive(10)).toEqual([]);
    });

    test("asks again for each ten, and not at all for none", async () => {
      await send("jobs", ...Array.from({ length: 23 }, (_, index) => `j${index}`));
      expect(await queue.receive(0)).toEqual([]);
      expect(requests.take()).toEqual([]);
      expect(await queue.receive(23)).toHaveLength(23);
      expect(requests.take()).toHaveLength(5);
    });

    test("asks only the express queue where that fills the want", async () => {
      await send("express", "e1");
      await queue.receive(1);
      expect(requests.take()).toEqual(["ReceiveMessage"]);
    });

    test("asks only the queues it is told, in their own order", async () => {
      await send("jobs", "j1");
      await send("express", "e1");
      expect(bodies(await queue.receive(10, ["express"]))).toEqual(["e1"]);
      expect(requests.take()).toEqual(["ReceiveMessage"]);
      await send("express", "e2");
      expect(bodies(await queue.receive(10, ["jobs", "express"]))).toEqual(["e2", "j1"]);
      expect(requests.take()).toHaveLength(2);
      expect(await queue.receive(10, [])).toEqual([]);
      expect(requests.take()).toEqual([]);
    });

    test("gives the site of a message sent with a group", async () => {
      // fauxqs 2.4.1 keeps the group only on FIFO queues, so a FIFO queue stands in for the fair one.
      const fifo = await createQueue(client, "fair.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
      await client.send(new SendMessageCommand({ QueueUrl: fifo, MessageBody: "j", MessageGroupId: "shop.example" }));
      const fair = new SqsJobQueue(client, { ...emulator.urls, jobs: fifo }, VISIBILITY_SECONDS);
      expect(await fair.receive(1)).toMatchObject([{ groupId: "shop.example" }]);
    });

    test("keeps what it has in hand when the next queue doesn't answer", async () => {
      await send("express", "e1");
      const half = new SqsJobQueue(client, { ...emulator.urls, jobs: missing("jobs") }, VISIBILITY_SECONDS);
      expect(bodies(await half.receive(5))).toEqual(["e1"]);
      await expect(half.receive(5)).rejects.toBeInstanceOf(QueueUnavailable);
    });
  });

  describe("extend", () => {
    test("hides 25 messages of two queues in batches of ten, and names those whose receipt is no longer good", async () => {
      await send("express", "e1", "e2");
      await send("jobs", ...Array.from({ length: 23 }, (_, index) => `j${index}`));
      const received = await queue.receive(25);
      const [gone, alsoGone] = [received[1], received[24]];
      if (gone === undefined || alsoGone === undefined) throw new Error("25 messages expected");
      await queue.remove(gone);
      await queue.giveBack(alsoGone, 0);
      requests.take();
      expect(await queue.extend(received, 30)).toEqual([gone.messageId, alsoGone.messageId]);
      expect(requests.take()).toHaveLength(4);
    });

    test("of nothing asks nothing", async () => {
      expect(await queue.extend([], 30)).toEqual([]);
      expect(requests.take()).toEqual([]);
    });

    test("never takes a failure of the service for a lost receipt", async () => {
      await send("jobs", "j1", "j2");
      const received = await queue.receive(2);
      client.middlewareStack.add(
        (next, context) => async (args) => {
          const answer = await next(args);
          if (context["commandName"] !== "ChangeMessageVisibilityBatchCommand") return answer;
          const output = answer.output as ChangeMessageVisibilityBatchCommandOutput;
          output.Failed = [{ Id: "1", SenderFault: false, Code: "InternalError", Message: "try again" }];
          return answer;
        },
        { step: "initialize", name: "failOneEntry" },
      );
      await expect(queue.extend(received, 30)).rejects.toThrow("extend: InternalError: try again");
    });

    test("reaches the other queue when one doesn't answer", async () => {
      await send("jobs", "j1");
      const [message] = await queue.receive(1);
      if (message === undefined) throw new Error("one message expected");
      const half = new SqsJobQueue(client, { ...emulator.urls, express: missing("express") }, VISIBILITY_SECONDS);
      await expect(half.extend([{ ...message, queue: "express" }, message], 0)).rejects.toBeInstanceOf(
        QueueUnavailable,
      );
      expect(bodies(await queue.receive(1))).toEqual(["j1"]);
    });
  });

  test("giveBack makes a message visible again, counted, and an old receipt is no error", async () => {
    await send("jobs", "j1");
    const [message] = await queue.receive(1);
    if (message === undefined) throw new Error("one message expected");
    await queue.giveBack(message, 0);
    expect(await queue.receive(1)).toMatchObject([{ body: "j1", receiveCount: 2 }]);
    await queue.giveBack(message, 0);
    expect(await queue.receive(1)).toEqual([]);
  });

  test("remove deletes, twice without error", async () => {
    await send("jobs", "j1");
    const [message] = await queue.receive(1);
    if (message === undefined) throw new Error("one message expected");
    await queue.remove(message);
    await queue.remove(message);
    await queue.giveBack(message, 0);
    expect(await queue.receive(1)).toEqual([]);
  });

  test("deadLetter copies body, reason and fence; put back, the message carries the fence", async () => {
    await send("jobs", '{"id":"a"}');
    const [message] = await queue.receive(1);
    if (message === undefined) throw new Error("one message expected");
    await queue.deadLetter(message, "failed: \u0000 broken", 7);
    const [copy] = await drained(emulator.urls.deadLetter);
    expect(copy).toMatchObject({
      Body: '{"id":"a"}',
      MessageAttributes: {
        SubletReason: { DataType: "String", StringValue: "failed: \uFFFD broken" },
        SubletFence: { DataType: "Number", StringValue: "7" },
      },
    });
    await queue.remove(message);
    const redriven = {
      QueueUrl: emulator.urls.jobs,
      MessageBody: copy?.Body,
      MessageAttributes: copy?.MessageAttributes,
    };
    await client.send(new SendMessageCommand(redriven));
    expect(await queue.receive(1)).toMatchObject([{ body: '{"id":"a"}', redriveOfFence: 7 }]);
  });

  test("deadLetter takes a body of the greatest size", async () => {
    const body = "x".repeat(1_048_576);
    const message = { messageId: "m", receiptHandle: "r", body, queue: "jobs", sentAtMs: 0, receiveCount: 1 } as const;
    await queue.deadLetter(message, "too large");
    expect((await drained(emulator.urls.deadLetter))[0]?.Body).toHaveLength(1_048_576);
  });

  test("publish sends a result that reads back the same, whatever a page says", async () => {
    const result = jobResult("completed", { output: { title: "pear 🍐 \uFFFF \u0000 \uD800" } });
    await queue.publish(result);
    expect(requests.take()).toEqual(["SendMessage"]);
    const [message] = await drained(emulator.urls.results);
    expect(JSON.parse(message?.Body ?? "")).toEqual(result);
  });

  test("publish refuses a result over SQS's limit before it is sent", async () => {
    const publish = queue.publish(jobResult("completed", { output: "x".repeat(1_048_576) }));
    await expect(publish).rejects.toBeInstanceOf(TooLarge);
    await expect(publish).rejects.toThrow(/^the result message is \d+ bytes; at most 1048576 fit$/u);
    expect(requests.take()).toEqual([]);
  });

  test("every call throws QueueUnavailable for a queue that isn't there", async () => {
    const urls = {
      express: missing("e"),
      jobs: missing("j"),
      sessionJobs: missing("s.fifo"),
      deadLetter: missing("d"),
      sessionDeadLetter: missing("sd.fifo"),
      results: missing("r"),
    };
    const lost = new SqsJobQueue(client, urls, VISIBILITY_SECONDS);
    const message = {
      messageId: "m",
      receiptHandle: "r",
      body: "b",
      queue: "jobs",
      sentAtMs: 0,
      receiveCount: 1,
    } as const;
    const calls = [
      async () => lost.receive(1),
      async () => lost.extend([message], 30),
      async () => lost.giveBack(message, 0),
      async () => lost.remove(message),
      async () => lost.deadLetter(message, "why"),
      async () => lost.publish(jobResult("completed")),
    ];
    for (const call of calls) await expect(call()).rejects.toBeInstanceOf(QueueUnavailable);
  });

  function missing(name: string): string {
    return `${emulator.endpoint}/000000000000/missing-${name}`;
  }
});
