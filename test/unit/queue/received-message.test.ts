import type { SQSRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";

import { UnknownQueue, fromLambdaRecord, fromReceivedMessage } from "../../../functions/queue/received-message.ts";

const URLS = {
  express: "https://sqs.eu-central-1.amazonaws.com/123456789012/stage-express",
  jobs: "https://sqs.eu-central-1.amazonaws.com/123456789012/stage-jobs",
  sessionJobs: "https://sqs.eu-central-1.amazonaws.com/123456789012/stage-session-jobs.fifo",
};

function record(changes: Partial<SQSRecord> = {}): SQSRecord {
  return {
    messageId: "m-1",
    receiptHandle: "r-1",
    body: "{}",
    attributes: {
      ApproximateReceiveCount: "3",
      SentTimestamp: "1750000000000",
      SenderId: "s",
      ApproximateFirstReceiveTimestamp: "1750000000001",
      MessageGroupId: "shop.example",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:stage-jobs",
    awsRegion: "eu-central-1",
    ...changes,
  };
}

describe("a Lambda record", () => {
  test("becomes a message, with the site as its group", () => {
    expect(fromLambdaRecord(record(), URLS)).toEqual({
      messageId: "m-1",
      receiptHandle: "r-1",
      body: "{}",
      queue: "jobs",
      sentAtMs: 1_750_000_000_000,
      receiveCount: 3,
      groupId: "shop.example",
    });
  });

  test.each([
    ["arn:aws-cn:sqs:cn-north-1:123456789012:stage-express", "express"],
    ["arn:aws:sqs:eu-central-1:123456789012:stage-jobs", "jobs"],
    ["arn:aws:sqs:eu-central-1:123456789012:stage-session-jobs.fifo", "session-jobs"],
  ])("from %s is of the queue %s", (eventSourceARN, queue) => {
    expect(fromLambdaRecord(record({ eventSourceARN }), URLS).queue).toBe(queue);
  });

  test.each(["other-stage-jobs", "stage-session-jobs", "stage-jobs.fifo", ""])(
    "of the queue %j, which isn't configured, is an error of the stack",
    (name) => {
      const foreign = record({ eventSourceARN: `arn:aws:sqs:eu-central-1:123456789012:${name}` });
      expect(() => fromLambdaRecord(foreign, URLS)).toThrow(UnknownQueue);
      expect(() => fromLambdaRecord(foreign, URLS)).toThrow(
        `${foreign.eventSourceARN} is none of the worker's job queues: ` +
          `express (${URLS.express}), session-jobs (${URLS.sessionJobs}), jobs (${URLS.jobs})`,
      );
    },
  );

  test.each([
    ["7", 7],
    ["0", undefined],
    ["-1", undefined],
    ["1e3", undefined],
    ["9".repeat(20), undefined],
    ["seven", undefined],
  ])("with the fence %s is a redrive of %s", (stringValue, redriveOfFence) => {
    const redriven = record({ messageAttributes: { SubletFence: { stringValue, dataType: "Number" } } });
    expect(fromLambdaRecord(redriven, URLS).redriveOfFence).toBe(redriveOfFence);
  });
});

test("a received message maps as a Lambda record does", () => {
  const message = {
    MessageId: "m-1",
    ReceiptHandle: "r-1",
    Body: "{}",
    Attributes: { ApproximateReceiveCount: "3", SentTimestamp: "1750000000000", MessageGroupId: "shop.example" },
    MessageAttributes: { SubletFence: { StringValue: "7", DataType: "Number" } },
  };
  const redriven = record({ messageAttributes: { SubletFence: { stringValue: "7", dataType: "Number" } } });
  expect(fromReceivedMessage(message, "jobs")).toEqual(fromLambdaRecord(redriven, URLS));
});
