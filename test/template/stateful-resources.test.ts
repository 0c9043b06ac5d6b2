import { describe, expect, it } from "vitest";

import { ofType, synthesizeStage } from "./synthesized-stage.ts";

const STATEFUL = ["AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Logs::LogGroup"];

/**
 * CloudFormation replaces a resource whose logical id changes, and with it goes what it holds. A change of this list is a
 * data migration, not a refactoring.
 */
const LOGICAL_IDS = {
  "AWS::DynamoDB::Table": ["LeasesTableFEA91EF2", "SessionsTableA5E8383B"],
  "AWS::KMS::Key": ["SessionKeyBF66F2A6"],
  "AWS::S3::Bucket": ["ArtifactsBucket88671897"],
  "AWS::SQS::Queue": [
    "ResultsQueue0A6B813F",
    "QueuesDeadLetterA4947A69",
    "QueuesSessionDeadLetter4459C5D2",
    "QueuesExpressF60F42D3",
    "QueuesJobs403F2492",
    "QueuesSessionJobsD4C96C7E",
  ],
  "AWS::Logs::LogGroup": ["WorkerLogLogGroupAC367A75"],
};

describe("stateful resources", () => {
  it.each(["dev", "prod"])("of %s keep their logical ids", (stageName) => {
    const stage = synthesizeStage(stageName);
    const ids = Object.fromEntries(STATEFUL.map((type) => [type, ofType(stage, type).map(([id]) => id)]));
    expect(ids).toEqual(LOGICAL_IDS);
  });

  it("outlive their stack in prod, and go with it in dev", () => {
    for (const [stageName, policy] of [
      ["prod", "Retain"],
      ["dev", "Delete"],
    ] as const) {
      const stage = synthesizeStage(stageName);
      const kept = STATEFUL.filter((type) => type !== "AWS::SQS::Queue").flatMap((type) => ofType(stage, type));
      expect(kept).toHaveLength(5);
      for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of kept) {
        expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, policy, policy]);
      }
      expect(stage.state.terminationProtection).toBe(stageName === "prod");
      expect(stage.fleet.terminationProtection).toBe(stageName === "prod");
    }
  });
});
