import { describe, expect, it } from "vitest";

import { statementsOf } from "./policy-statements.ts";
import { ofType, synthesizeStage } from "./synthesized-stage.ts";

const stage = synthesizeStage("prod");
const queueIds = ofType(stage, "AWS::SQS::Queue").map(([id]) => id);
const tableIds = ofType(stage, "AWS::DynamoDB::Table").map(([id]) => id);
const tlsOnly = { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } }, Principal: { AWS: "*" } };

describe("at rest", () => {
  it.each(queueIds)("queue %s is encrypted", (id) => {
    expect(stage.resources.get(id)?.Properties).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it.each(tableIds)(
    "table %s is encrypted under a key that CloudTrail shows, and can be restored to any second",
    (id) => {
      expect(stage.resources.get(id)?.Properties).toMatchObject({
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    },
  );

  it("the bucket is encrypted, private, and forgets", () => {
    const [[, bucket]] = ofType(stage, "AWS::S3::Bucket");
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      LifecycleConfiguration: {
        Rules: [
          { Id: "expire-artifacts", Status: "Enabled", Prefix: "jobs/", ExpirationInDays: 30 },
          { Id: "expire-checkpoints", Status: "Enabled", Prefix: "checkpoints/", ExpirationInDays: 30 },
          { Id: "end-uploads", Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
        ],
      },
    });
  });
});

describe("on the way", () => {
  it.each(queueIds)("queue %s refuses what doesn't come by TLS", (id) => {
    const policies = ofType(stage, "AWS::SQS::QueuePolicy").filter(([, { Properties }]) =>
      JSON.stringify(Properties["Queues"]).includes(`"${id}"`),
    );
    expect(policies.flatMap(([, policy]) => statementsOf(policy))).toContainEqual(
      expect.objectContaining({ ...tlsOnly, Action: "sqs:*", Resource: { "Fn::GetAtt": [id, "Arn"] } }),
    );
  });

  it("the bucket refuses what doesn't come by TLS 1.2 or later", () => {
    const statements = ofType(stage, "AWS::S3::BucketPolicy").flatMap(([, policy]) => statementsOf(policy));
    expect(statements).toContainEqual(expect.objectContaining({ ...tlsOnly, Action: "s3:*" }));
    expect(statements).toContainEqual(
      expect.objectContaining({
        Effect: "Deny",
        Action: "s3:*",
        Condition: { NumericLessThan: { "s3:TlsVersion": 1.2 } },
      }),
    );
  });
});
