import { describe, expect, it } from "vitest";

import { ARTIFACTS_BUCKET } from "../../functions/store/artifacts-bucket.ts";
import { SESSIONS_TABLE } from "../../functions/store/sessions-table.ts";
import { giveaways, listOf, statementsOf, type Statement } from "./policy-statements.ts";
import { ofType, synthesizeStage } from "./synthesized-stage.ts";

const stage = synthesizeStage("prod");

/** The wildcards that AWS doesn't let one avoid, each with its reason in the code that declares it. */
const UNAVOIDABLE = [
  /^\w+: resource .*ArtifactsBucket[^"]*"\},"\/jobs\/\*"/u,
  /^\w+: resource .*ArtifactsBucket[^"]*"\},"\/checkpoints\/\*"/u,
  /^\w+: resource .*:secretsmanager:.*:secret:sublet\/\*"/u,
  /^\w+: resource .*:ssm:.*:parameter\/sublet\/\*"/u,
  // KMS's usual policy hands the key to the account's IAM; in a key's policy "*" is the key itself.
  /^SessionKey\w+: action kms:\*$/u,
  /^SessionKey\w+: resource "\*"$/u,
];

/** Everything that the worker may do, and no more. */
const WORKER_ACTIONS = [
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
  "kms:Decrypt",
  "kms:GenerateDataKey",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "s3:DeleteObject",
  "s3:GetObject",
  "s3:PutObject",
  "secretsmanager:GetSecretValue",
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:ReceiveMessage",
  "sqs:SendMessage",
  "ssm:GetParameter",
];

describe("every policy statement of the fleet", () => {
  const statements = [...stage.resources].flatMap(([id, resource]) =>
    statementsOf(resource).map((statement) => ({ id, statement })),
  );

  it("is looked at", () => {
    const owners = new Set(statements.map(({ id }) => stage.resources.get(id)?.Type));
    expect(owners).toEqual(
      new Set([
        "AWS::IAM::Role",
        "AWS::IAM::Policy",
        "AWS::KMS::Key",
        "AWS::SQS::QueuePolicy",
        "AWS::S3::BucketPolicy",
      ]),
    );
  });

  it("allows single actions on single resources", () => {
    const found = statements.flatMap(({ id, statement }) => giveaways(statement).map((what) => `${id}: ${what}`));
    const avoidable = found.filter((what) => !UNAVOIDABLE.some((known) => known.test(what)));
    expect(avoidable).toEqual([]);
    expect(found).toHaveLength(UNAVOIDABLE.length);
  });

  it.each<Partial<Statement>>([
    { Action: "sqs:*" },
    { Action: ["sqs:SendMessage", "s3:Get*"] },
    { Resource: "*" },
    { Resource: { "Fn::Join": ["", ["arn:aws:sqs:", { Ref: "AWS::Region" }, ":*"]] } },
    { Principal: { AWS: "*" } },
    { NotAction: "iam:PassRole" },
    { NotResource: "arn:aws:s3:::mine" },
  ])("would be caught as %j", (bad) => {
    expect(giveaways({ Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:x", ...bad })).toHaveLength(1);
  });
});

describe("the worker's role", () => {
  it("may do what the worker does, and no more", () => {
    const actions = ofType(stage, "AWS::IAM::Policy").flatMap(([, policy]) =>
      statementsOf(policy).flatMap(({ Action }) => listOf(Action)),
    );
    expect(new Set(actions)).toEqual(new Set(WORKER_ACTIONS));
  });

  it("is no other role's, and has no policy of AWS's own", () => {
    const roles = ofType(stage, "AWS::IAM::Role");
    expect(roles).toHaveLength(1);
    expect(roles[0][1].Properties).not.toHaveProperty("ManagedPolicyArns");
  });

  it("can't send itself jobs", () => {
    const sendable = ofType(stage, "AWS::IAM::Policy")
      .flatMap(([, policy]) => statementsOf(policy))
      .filter(({ Action }) => listOf(Action).includes("sqs:SendMessage"))
      .map(({ Resource }) => JSON.stringify(Resource))
      .join();
    expect(sendable).toMatch(/QueuesDeadLetter.*QueuesSessionDeadLetter.*ResultsQueue/u);
    expect(sendable).not.toMatch(/QueuesJobs|QueuesExpress|QueuesSessionJobs/u);
  });

  it("reads and removes checkpoints, and no files of jobs", () => {
    const onBucket = ofType(stage, "AWS::IAM::Policy")
      .flatMap(([, policy]) => statementsOf(policy))
      .filter(({ Resource }) => JSON.stringify(Resource).includes("ArtifactsBucket"));
    const actionsUnder = (prefix: string) =>
      onBucket
        .filter(({ Resource }) => JSON.stringify(Resource).endsWith(`"/${prefix}*"]]}`))
        .map(({ Action }) => Action);
    expect(onBucket).toHaveLength(2);
    expect(actionsUnder(ARTIFACTS_BUCKET.artifactPrefix)).toEqual(["s3:PutObject"]);
    expect(actionsUnder(ARTIFACTS_BUCKET.checkpointPrefix)).toEqual([
      ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
    ]);
  });

  it("lists no sessions but those of a pool", () => {
    const { poolIndex } = SESSIONS_TABLE;
    const queried = ofType(stage, "AWS::IAM::Policy")
      .flatMap(([, policy]) => statementsOf(policy))
      .filter(({ Action }) => listOf(Action).includes("dynamodb:Query"));
    expect(queried.map(({ Resource }) => JSON.stringify(Resource))).toEqual([
      expect.stringMatching(new RegExp(`SessionsTable\\w+Arn\\w+"\\},"/index/${poolIndex.name}"`, "u")),
    ]);
  });
});
