import { describe, expect, it } from "vitest";

import { SESSIONS_TABLE } from "../../functions/store/sessions-table.ts";
import { STAGE_NAMES, stageNamed } from "../../infra/stages.ts";
import { keyOf, only, synthesizeStage } from "./synthesized-stage.ts";

describe.each(STAGE_NAMES)("the sessions table of %s", (stageName) => {
  const stage = synthesizeStage(stageName);
  const [, { Properties }] = only(stage, "AWS::DynamoDB::Table", "Sessions");

  it("has the key and the sparse index of keys that the store works with, and forgets nothing by itself", () => {
    const { partitionKey, poolIndex } = SESSIONS_TABLE;
    expect(Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: partitionKey.name, KeyType: "HASH" }],
      AttributeDefinitions: [partitionKey, poolIndex.partitionKey, poolIndex.sortKey].map(({ name, type }) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: poolIndex.name,
          KeySchema: [
            { AttributeName: poolIndex.partitionKey.name, KeyType: "HASH" },
            { AttributeName: poolIndex.sortKey.name, KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
    expect(Properties).not.toHaveProperty("TimeToLiveSpecification");
  });

  it("is encrypted under the key of sessions, and can be restored to any second", () => {
    expect(Properties).toMatchObject({
      SSESpecification: {
        SSEEnabled: true,
        SSEType: "KMS",
        KMSMasterKeyId: { "Fn::GetAtt": [keyOf(stage)[0], "Arn"] },
      },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it("refuses to be deleted exactly where state is kept", () => {
    expect(Properties["DeletionProtectionEnabled"]).toBe(stageNamed(stageName).keepState);
  });
});
