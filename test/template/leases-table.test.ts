import { expect, it } from "vitest";

import { ATTRIBUTE } from "../../functions/store/lease-item.ts";
import { LEASES_TABLE } from "../../functions/store/leases-table.ts";
import { synthesizeStage } from "./synthesized-stage.ts";

it("has the keys, the sparse index and the time to live that the store works with", () => {
  const { templates } = synthesizeStage("prod");
  const { heldIndex } = LEASES_TABLE;
  templates.state.resourceCountIs("AWS::DynamoDB::Table", 2);
  templates.state.hasResourceProperties("AWS::DynamoDB::Table", {
    BillingMode: "PAY_PER_REQUEST",
    DeletionProtectionEnabled: true,
    KeySchema: [{ AttributeName: ATTRIBUTE.pk, KeyType: "HASH" }],
    GlobalSecondaryIndexes: [
      {
        IndexName: heldIndex.name,
        KeySchema: [
          { AttributeName: ATTRIBUTE.heldPartition, KeyType: "HASH" },
          { AttributeName: ATTRIBUTE.expiresAtMs, KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...heldIndex.includedAttributes] },
      },
    ],
    TimeToLiveSpecification: { AttributeName: ATTRIBUTE.garbageAtEpochSeconds, Enabled: true },
  });
  expect(heldIndex.includedAttributes.every((name) => name in ATTRIBUTE)).toBe(true);
});
