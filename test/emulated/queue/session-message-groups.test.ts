import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, describe, test } from "vitest";

import { createQueue, emulatedSqsClient, startQueuesAndBucket, type QueuesAndBucket } from "../../setup/emulators.ts";

/** What Sublet relies on of a FIFO queue, shown of the emulator that stands in for SQS. */
describe("message groups of the session queue", () => {
  let emulator: QueuesAndBucket;
  let client: SQSClient;
  let round = 0;
  let url: string;
  beforeAll(async () => {
    emulator = await startQueuesAndBucket();
    client = emulatedSqsClient(emulator.endpoint);
  });
  afterAll(async () => {
    client.destroy();
    await emulator.stop();
  });
  beforeEach(async () => {
    url = await createQueue(client, `sublet-session-jobs-${(round += 1)}.fifo`, { FifoQueue: "true" });
  });

  async function send(group: string, id: string, to = url): Promise<void> {
    const message = { MessageBody: `${group} ${id}`, MessageGroupId: group, MessageDeduplicationId: id };
    await client.send(new SendMessageCommand({ QueueUrl: to, ...message }));
  }

  async function receive(most: number, from = url): Promise<readonly Message[]> {
    const { Messages } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: most,
        MessageSystemAttributeNames: ["All"],
      }),
    );
    return Messages ?? [];
  }

  async function remove({ ReceiptHandle }: Message): Promise<void> {
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
  }

  const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

  test("a session with a job in flight yields no other one, and other sessions aren't kept waiting", async () => {
    for (const id of ["1", "2", "3"]) await send("anna", id);
    await send("berta", "4");
    const [first] = await receive(1);
    expect(first?.Body).toBe("anna 1");
    expect(bodies(await receive(10))).toEqual(["berta 4"]);
    expect(await receive(10)).toEqual([]);
    if (first !== undefined) await remove(first);
    expect(bodies(await receive(1))).toEqual(["anna 2"]);
  });

  test("a job tells its session and its id", async () => {
    await send("anna", "1");
    const [message] = await receive(1);
    expect(message?.Attributes).toMatchObject({ MessageGroupId: "anna", MessageDeduplicationId: "1" });
  });

  test("a batch holds as many jobs of a session as there are, then those of others", async () => {
    for (const id of ["1", "2", "3"]) await send("anna", id);
    await send("berta", "4");
    expect(bodies(await receive(10))).toEqual(["anna 1", "anna 2", "anna 3", "berta 4"]);
  });

  test("a job given back comes again before the others of its session", async () => {
    for (const id of ["1", "2"]) await send("anna", id);
    const [first] = await receive(1);
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: first?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(bodies(await receive(1))).toEqual(["anna 1"]);
    expect(await receive(10)).toEqual([]);
  });

  test("a job sent twice under one id is there once, also when the first is done", async () => {
    await send("anna", "1");
    await send("anna", "1");
    const batch = await receive(10);
    expect(bodies(batch)).toEqual(["anna 1"]);
    for (const message of batch) await remove(message);
    await send("anna", "1");
    expect(await receive(10)).toEqual([]);
  });

  test("a job that fails again and again goes to the dead-letter queue, and the next one of its session comes", async () => {
    const deadLetter = await createQueue(client, `sublet-session-dead-${round}.fifo`, { FifoQueue: "true" });
    const deadLetterTargetArn = `arn:aws:sqs:eu-central-1:000000000000:sublet-session-dead-${round}.fifo`;
    url = await createQueue(client, `sublet-poisoned-${round}.fifo`, {
      FifoQueue: "true",
      VisibilityTimeout: "0",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }),
    });
    await send("anna", "poison");
    await send("anna", "good");
    expect(bodies(await receive(1))).toEqual(["anna poison"]);
    expect(bodies(await receive(1))).toEqual(["anna poison"]);
    expect(bodies(await receive(1))).toEqual(["anna good"]);
    expect(bodies(await receive(10, deadLetter))).toEqual(["anna poison"]);
  });

  test("the session queues of the setup are FIFO queues", async () => {
    for (const queue of [emulator.urls.sessionJobs, emulator.urls.sessionDeadLetter]) {
      await send("anna", "1", queue);
      expect(bodies(await receive(1, queue))).toEqual(["anna 1"]);
      expect(queue).toMatch(/\.fifo$/u);
    }
  });
});
