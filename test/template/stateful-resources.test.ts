import { describe, expect, it } from "vitest";

import { ofType, synthesizeStage } from "./synthesized-stage.ts";

const STATEFUL = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Logs::LogGroup"];

/**
 * CloudFormation replaces a resource whose logical id changes, and with it goes what it holds. A change of this list is a
 * data migration, not a refactoring.
 */
const LOGICAL_IDS = {
  "AWS::DynamoDB::Table": ["LeasesTableFEA91EF2"],
  "AWS::S3::Bucket": ["ArtifactsBucket88671897"],
  "AWS::SQS::Queue": [
    "ResultsQueue0A6B813F",
    "QueuesDeadLetterA4947A69",
    "QueuesExpressF60F42D3",
    "QueuesJobs403F2492",
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
      for (const type of ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Logs::LogGroup"]) {
        const [, { DeletionPolicy, UpdateReplacePolicy }] = ofType(stage, type)[0];
        expect([type, DeletionPolicy, UpdateReplacePolicy]).toEqual([type, policy, policy]);
      }
      expect(stage.state.terminationProtection).toBe(stageName === "prod");
      expect(stage.fleet.terminationProtection).toBe(stageName === "prod");
    }
  });
});
