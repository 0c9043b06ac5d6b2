import { GetQueueAttributesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

import { runningStack } from "./running-stack.ts";

const WAIT = { timeout: 20_000, interval: 20 };

type Running = Awaited<ReturnType<typeof runningStack>>;

async function depth(running: Running, url = running.jobsUrl): Promise<{ ready: number; hidden: number }> {
  const { Attributes } = await running.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
  );
  return {
    ready: Number(Attributes?.["ApproximateNumberOfMessages"]),
    hidden: Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]),
  };
}

test("hands a batch over in Lambda's shape and deletes what was handled", async () => {
  const running = await runningStack({ windowSeconds: 1 });
  const ids = await running.send({ do: "ok", n: 1 }, { do: "ok", n: 2 }, { do: "ok", n: 3 });
  await vi.waitFor(async () => expect(await depth(running)).toEqual({ ready: 0, hidden: 0 }), WAIT);
  const noted = await running.noted();
  const records = noted.flatMap(({ event }) => event.Records);
  expect(records.map(({ messageId }) => messageId).toSorted((one, other) => one.localeCompare(other))).toEqual(
    [...ids].toSorted((one, other) => one.localeCompare(other)),
  );
  expect(noted).toHaveLength(1);
  expect(records[0]).toEqual({
    messageId: expect.any(String),
    receiptHandle: expect.any(String),
    body: JSON.stringify({ do: "ok", n: 1 }),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: expect.stringMatching(/^\d{13}$/u),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/u),
      SenderId: expect.any(String),
    },
    messageAttributes: {
      colour: { stringValue: "red", stringListValues: [], binaryListValues: [], dataType: "String" },
    },
    md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/u),
    md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/u),
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:Fleet-Jobs",
    awsRegion: "us-east-1",
  });
});

test("starts the function with Lambda's environment and the template's, and nothing of this machine's", async () => {
  vi.stubEnv("SECRET_OF_THE_MACHINE", "must not leak");
  const running = await runningStack();
  vi.unstubAllEnvs();
  await running.send({ do: "ok" });
  await vi.waitFor(async () => expect(await running.noted()).toHaveLength(1), WAIT);
  const [{ env, remainingMs } = { env: {}, remainingMs: 0 }] = await running.noted();
  expect(env).toMatchObject({
    AWS_LAMBDA_FUNCTION_NAME: "Fleet-Worker",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_ENDPOINT_URL_SQS: running.stack.endpoints.sqs,
    AWS_ENDPOINT_URL_KMS: running.stack.endpoints.kms,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: running.stack.endpoints.secretsManager,
    AWS_ENDPOINT_URL_SSM: running.stack.endpoints.ssm,
    JOBS_URL: running.jobsUrl,
    TOOL: expect.stringMatching(/asset\.layer\/tool$/u),
  });
  expect(env).not.toHaveProperty("SECRET_OF_THE_MACHINE");
  expect(remainingMs).toBeGreaterThan(20_000);
});

test("a partial failure keeps the failed message only, and the redrive policy moves it after its last receive", async () => {
  const running = await runningStack({ visibilitySeconds: 1, maxReceiveCount: 2 });
  await running.send({ do: "fail", n: 1 }, { do: "ok", n: 2 });
  await vi.waitFor(
    async () => expect(await running.receive(running.deadLetterUrl)).toEqual([{ do: "fail", n: 1 }]),
    WAIT,
  );
  const counts = (await running.noted())
    .flatMap(({ event }) => event.Records)
    .map(({ body, attributes }) => `${(JSON.parse(body) as { n: number }).n}:${attributes.ApproximateReceiveCount}`);
  expect(counts.toSorted()).toEqual(["1:1", "1:2", "2:1"]);
});

test.each(["throw", "malformed", "exit"])(
  "an invocation that ends by %s deletes nothing of its batch",
  async (what) => {
    const running = await runningStack({ windowSeconds: 1 });
    await running.send({ do: "ok" }, { do: what });
    await vi.waitFor(() => expect(running.faults).toHaveLength(1), WAIT);
    expect(await depth(running)).toEqual({ ready: 0, hidden: 2 });
  },
);

test("without ReportBatchItemFailures the answer isn't looked at", async () => {
  const running = await runningStack({ reportsFailures: false });
  await running.send({ do: "malformed" });
  await vi.waitFor(() => expect(running.reports()).toHaveLength(1), WAIT);
  await vi.waitFor(async () => expect(await depth(running)).toEqual({ ready: 0, hidden: 0 }), WAIT);
  expect(running.faults).toEqual([]);
});

test("never runs more invocations at once than containers, and leaves the rest in the queue", async () => {
  const running = await runningStack({ batchSize: 1, maximumConcurrency: 10, containers: 2 });
  await running.send(...Array.from({ length: 5 }, () => ({ do: "wait", until: "go" })));
  await vi.waitFor(async () => expect(await running.noted()).toHaveLength(2), WAIT);
  expect(await depth(running)).toEqual({ ready: 3, hidden: 2 });
  await writeFile(join(running.notes, "go"), "");
  await vi.waitFor(() => expect(running.reports()).toHaveLength(5), WAIT);
  expect(new Set(running.lines.map(({ container }) => container)).size).toBe(2);
});

test("MaximumConcurrency holds below the number of containers", async () => {
  const running = await runningStack({ batchSize: 1, maximumConcurrency: 2, containers: 4 });
  await running.send(...Array.from({ length: 4 }, () => ({ do: "wait", until: "go" })));
  await vi.waitFor(async () => expect(await running.noted()).toHaveLength(2), WAIT);
  expect(await depth(running)).toEqual({ ready: 2, hidden: 2 });
  await writeFile(join(running.notes, "go"), "");
  await vi.waitFor(() => expect(running.reports()).toHaveLength(4), WAIT);
});

test("a mapping that receives when another has taken the last container leaves its messages to others", async () => {
  const running = await runningStack({ containers: 1 });
  await running.send({ do: "wait", until: "go" });
  await vi.waitFor(async () => expect(await running.noted()).toHaveLength(1), WAIT);
  // The express mapping's receive has been waiting since before: it gets the message, and there is no container for it.
  await running.sqs.send(new SendMessageCommand({ QueueUrl: running.expressUrl, MessageBody: '{"do":"ok"}' }));
  await vi.waitFor(async () => expect(await depth(running, running.expressUrl)).toEqual({ ready: 1, hidden: 0 }), WAIT);
  await writeFile(join(running.notes, "go"), "");
  await vi.waitFor(async () => expect(await running.noted()).toHaveLength(2), WAIT);
  const [, { event } = { event: { Records: [] } }] = await running.noted();
  // Received twice: once for nothing.
  expect(event.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
});
