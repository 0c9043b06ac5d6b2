import { expect, test } from "vitest";

import { parseProperties, withoutIgnored, type ResourceKind } from "../../../local/resources/contract.ts";
import { RESOURCE_KINDS } from "../../../local/resources/resource-kinds.ts";

function kindOf(type: string): ResourceKind {
  const kind = RESOURCE_KINDS.find((one) => one.type === type);
  if (!kind) throw new Error(`no kind ${type}`);
  return kind;
}

function read(type: string, properties: Record<string, unknown>): unknown {
  const place = { stack: "Fleet", logicalId: "It", type };
  return parseProperties(kindOf(type), withoutIgnored(kindOf(type), properties, place), place);
}

test("each type has one kind", () => {
  const types = RESOURCE_KINDS.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
});

test("no property is honoured and ignored, or ignored and refused", () => {
  for (const { ignores, refuses } of RESOURCE_KINDS) {
    expect(Object.keys(ignores).filter((property) => property in refuses)).toEqual([]);
  }
});

test.each([
  ["AWS::SQS::Queue", { VisibilityTimeout: 30, Colour: "red" }, "property Colour: is not known"],
  ["AWS::SQS::Queue", { RedrivePolicy: { deadLetterTargetArn: "arn", maxReceiveCount: 3, x: 1 } }, "RedrivePolicy.x"],
  ["AWS::SQS::Queue", { DeduplicationScope: "messageGroup" }, "property DeduplicationScope: is refused"],
  ["AWS::Lambda::EventSourceMapping", { FunctionName: "f", EventSourceArn: "arn:aws:kinesis:x" }, "EventSourceArn"],
  [
    "AWS::Lambda::EventSourceMapping",
    { FunctionName: "f", EventSourceArn: "arn:aws:sqs:x", ScalingConfig: { MaximumConcurrency: 1 } },
    "ScalingConfig.MaximumConcurrency",
  ],
  [
    "AWS::Lambda::EventSourceMapping",
    { FunctionName: "f", EventSourceArn: "arn:aws:sqs:x.fifo", MaximumBatchingWindowInSeconds: 1 },
    "MaximumBatchingWindowInSeconds: a FIFO queue has no batching window",
  ],
  [
    "AWS::Lambda::EventSourceMapping",
    { FunctionName: "f", EventSourceArn: "arn:aws:sqs:x.fifo", BatchSize: 11 },
    "property BatchSize: is over a FIFO queue's limit of 10",
  ],
  ["AWS::KMS::Key", { KeySpec: "RSA_2048" }, "property KeySpec"],
  ["AWS::KMS::Key", { MultiRegion: true }, "property MultiRegion: is refused"],
  ["AWS::KMS::Alias", { AliasName: "sessions", TargetKeyId: "k" }, "property AliasName"],
  ["AWS::Lambda::EventSourceMapping", { FilterCriteria: {} }, "property FilterCriteria: is refused"],
  ["AWS::Lambda::Function", { Code: { S3Bucket: "b", S3Key: "k" }, Handler: "i.h", Runtime: "nodejs20.x" }, "Runtime"],
  ["AWS::Lambda::Function", { Code: { ZipFile: "x" }, Handler: "i.h", Runtime: "nodejs24.x" }, "property Code"],
  ["AWS::DynamoDB::Table", { StreamSpecification: {} }, "property StreamSpecification: is refused"],
])("%s with %o stops the start and says where", (type, properties, message) => {
  expect(() => read(type, properties)).toThrow(`Fleet: It (${type})`);
  expect(() => read(type, properties)).toThrow(message);
});

test("ignored properties aren't looked into, honoured ones come through", () => {
  const properties = { VisibilityTimeout: "30", KmsMasterKeyId: { "Fn::Nonsense": 1 }, Tags: "whatever" };
  expect(read("AWS::SQS::Queue", properties)).toEqual({ VisibilityTimeout: 30 });
  expect(read("AWS::IAM::Role", { Anything: { Ref: "AtAll" } })).toEqual({});
});
