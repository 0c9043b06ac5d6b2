import type { SQSRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";

import { UnknownQueue, fromLambdaRecord, fromReceivedMessage } from "../../../functions/queue/received-message.ts";

const URLS = {
  express: "https://sqs.eu-central-1.amazonaws.com/123456789012/stage-express",
  jobs: "https://sqs.eu-central-1.amazonaws.com/123456789012/stage-jobs",
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

  test("names its queue by its source", () => {
    const express = record({ eventSourceARN: "arn:aws-cn:sqs:cn-north-1:123456789012:stage-express" });
    expect(fromLambdaRecord(express, URLS).queue).toBe("express");
  });

  test("of a queue that isn't configured is an error of the stack", () => {
    const foreign = record({ eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:other-stage-jobs" });
    expect(() => fromLambdaRecord(foreign, URLS)).toThrow(UnknownQueue);
    expect(() => fromLambdaRecord(foreign, URLS)).toThrow(
      `${foreign.eventSourceARN} is neither the express queue (${URLS.express}) nor the jobs queue (${URLS.jobs})`,
    );
  });

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
