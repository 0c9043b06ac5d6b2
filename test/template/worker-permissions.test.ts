import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { listOf, statementsOf } from "./policy-statements.ts";
import { ROOT, ofType, synthesizeStage } from "./synthesized-stage.ts";

/** Source: Service Authorization Reference; batch calls of SQS are authorized as their single form. */
const ACTION_OF_COMMAND: Readonly<Record<string, string>> = {
  UpdateItem: "dynamodb:UpdateItem",
  PutItem: "dynamodb:PutItem",
  GetItem: "dynamodb:GetItem",
  BatchGetItem: "dynamodb:BatchGetItem",
  Query: "dynamodb:Query",
  Scan: "dynamodb:Scan",
  PutObject: "s3:PutObject",
  GetObject: "s3:GetObject",
  DeleteObject: "s3:DeleteObject",
  SendMessage: "sqs:SendMessage",
  ReceiveMessage: "sqs:ReceiveMessage",
  DeleteMessage: "sqs:DeleteMessage",
  DeleteMessageBatch: "sqs:DeleteMessage",
  ChangeMessageVisibility: "sqs:ChangeMessageVisibility",
  ChangeMessageVisibilityBatch: "sqs:ChangeMessageVisibility",
  GenerateDataKey: "kms:GenerateDataKey",
  Decrypt: "kms:Decrypt",
  Encrypt: "kms:Encrypt",
  GetSecretValue: "secretsmanager:GetSecretValue",
  GetParameter: "ssm:GetParameter",
};

interface Place {
  readonly files: readonly string[];
  /** What a statement's resource says of it. */
  readonly resource: RegExp;
  /** Calls that the files make for others than the worker. */
  readonly notTheWorkers?: readonly string[];
}

const PLACES: Readonly<Record<string, Place>> = {
  "the leases table": {
    files: ["store/dynamodb-lease-store.ts", "store/fleet-orders.ts"],
    resource: /LeasesTable/u,
    // Lists of records are for operators, who bring their own rights.
    notTheWorkers: ["dynamodb:BatchGetItem", "dynamodb:Query"],
  },
  "the sessions table": {
    files: ["store/session-item-requests.ts"],
    resource: /SessionsTable/u,
    notTheWorkers: ["dynamodb:Scan"],
  },
  "the bucket": {
    files: ["store/s3-artifact-store.ts", "store/s3-checkpoint-objects.ts"],
    resource: /ArtifactsBucket/u,
  },
  "the queues": { files: ["queue/sqs-job-queue.ts"], resource: /Queue/u },
  "the key of sessions": {
    files: ["secrets/kms-requests.ts"],
    resource: /SessionKey/u,
    // The library's interface has it, for a data key under several keys. There is one.
    notTheWorkers: ["kms:Encrypt"],
  },
  credentials: { files: ["secrets/stored-secret.ts"], resource: /sublet\/\*/u },
};

/** What Lambda does in the worker's name: polling, and writing the log. */
const LAMBDAS_OWN = new Set(["sqs:GetQueueAttributes", "logs:CreateLogStream", "logs:PutLogEvents"]);

const commandsIn = (file: string) =>
  [...readFileSync(join(ROOT, "functions", file), "utf8").matchAll(/new (\w+)Command\(/gu)].map(([, name]) => name!);

describe("the worker's rights and the worker's calls", () => {
  const statements = ofType(synthesizeStage("prod"), "AWS::IAM::Policy").flatMap(([, policy]) => statementsOf(policy));
  const grants = statements.flatMap(({ Action, Resource }) =>
    listOf(Action).flatMap((action) =>
      listOf(Resource).map((resource) => ({ action: String(action), resource: JSON.stringify(resource) })),
    ),
  );

  it.each(Object.entries(PLACES))("are the same at %s", (_, { files, resource, notTheWorkers = [] }) => {
    const called = files
      .flatMap(commandsIn)
      .map((command) => ACTION_OF_COMMAND[command] ?? `unknown command ${command}`);
    const granted = grants.filter((grant) => resource.test(grant.resource)).map(({ action }) => action);
    expect(new Set(granted.filter((action) => !LAMBDAS_OWN.has(action)))).toEqual(
      new Set(called.filter((action) => !notTheWorkers.includes(action))),
    );
  });

  it("are compared for every file that calls AWS, and for every grant", () => {
    const files = ["store", "queue", "secrets"].flatMap((room) =>
      readdirSync(join(ROOT, "functions", room)).map((file) => `${room}/${file}`),
    );
    const places = Object.values(PLACES);
    expect(files.filter((file) => commandsIn(file).length > 0).toSorted()).toEqual(
      places.flatMap((place) => place.files).toSorted(),
    );
    const elsewhere = grants.filter((grant) => !places.some(({ resource }) => resource.test(grant.resource)));
    expect(elsewhere.filter(({ action }) => !LAMBDAS_OWN.has(action))).toEqual([]);
  });

  it("leave lists of records out of the worker", () => {
    const sources = readdirSync(join(ROOT, "functions/worker"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(ROOT, "functions/worker", file), "utf8"));
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.join("\n")).not.toMatch(/\.(?:readMany|listHeld)\(|[sS]essions\.list\(/u);
  });
});
