import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { listOf, statementsOf } from "./policy-statements.ts";
import { ROOT, ofType, synthesizeStage } from "./synthesized-stage.ts";

/** Source: Service Authorization Reference; batch calls of SQS are authorized as their single form. */
const ACTION_OF_COMMAND: Readonly<Record<string, string>> = {
  UpdateItem: "dynamodb:UpdateItem",
  GetItem: "dynamodb:GetItem",
  BatchGetItem: "dynamodb:BatchGetItem",
  Query: "dynamodb:Query",
  PutObject: "s3:PutObject",
  SendMessage: "sqs:SendMessage",
  ReceiveMessage: "sqs:ReceiveMessage",
  DeleteMessage: "sqs:DeleteMessage",
  DeleteMessageBatch: "sqs:DeleteMessage",
  ChangeMessageVisibility: "sqs:ChangeMessageVisibility",
  ChangeMessageVisibilityBatch: "sqs:ChangeMessageVisibility",
};

/** Lists of records are for operators, who bring their own rights. */
const NOT_THE_WORKERS = new Set(["dynamodb:BatchGetItem", "dynamodb:Query"]);
/** What Lambda does in the worker's name: polling, and writing the log. */
const LAMBDAS_OWN = new Set(["sqs:GetQueueAttributes", "logs:CreateLogStream", "logs:PutLogEvents"]);

describe("the worker's rights and the worker's calls", () => {
  const commands = ["functions/store", "functions/queue"].flatMap((directory) =>
    readdirSync(join(ROOT, directory)).flatMap((file) =>
      [...readFileSync(join(ROOT, directory, file), "utf8").matchAll(/new (\w+)Command\(/gu)].map(([, name]) => name!),
    ),
  );
  const called = new Set(commands.map((command) => ACTION_OF_COMMAND[command] ?? `unknown command ${command}`));

  it("are the same", () => {
    const granted = ofType(synthesizeStage("prod"), "AWS::IAM::Policy")
      .flatMap(([, policy]) => statementsOf(policy))
      .flatMap(({ Action }) => listOf(Action));
    const grantedForCalls = granted.filter((action) => !LAMBDAS_OWN.has(String(action)));
    expect(new Set(grantedForCalls)).toEqual(new Set([...called].filter((action) => !NOT_THE_WORKERS.has(action))));
  });

  it("leave lists of records out of the worker", () => {
    const sources = readdirSync(join(ROOT, "functions/worker")).map((file) =>
      readFileSync(join(ROOT, "functions/worker", file), "utf8"),
    );
    expect(sources.join("\n")).not.toMatch(/\.(?:readMany|listHeld)\(/u);
  });
});
