import { Bucket } from "aws-cdk-lib/aws-s3";
import { Stack, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";

import { STAGE_NAMES } from "../../infra/stages.ts";
import { declareStage, newApp } from "./synthesized-stage.ts";

describe("cdk-nag's AWS Solutions rules", () => {
  it.each(STAGE_NAMES)("find nothing in %s that isn't justified", (stageName) => {
    const { app } = declareStage(stageName);
    app.synth();
    expect(new AwsSolutionsChecks().validateScope(app)).toMatchObject({ success: true, violations: [] });
  });

  it.each(STAGE_NAMES)("are silenced in %s only where a sentence says why", (stageName) => {
    const { app } = declareStage(stageName);
    app.synth();
    const reasons = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>));
    expect(reasons.map(([id]) => id.replace(/^annotation::/iu, "").replace(/\[.*$/u, "")).toSorted()).toEqual([
      "AwsSolutions-IAM5",
      "AwsSolutions-IAM5",
      "AwsSolutions-IAM5",
      "AwsSolutions-IAM5",
      "AwsSolutions-S1",
      "AwsSolutions-SQS3",
      "AwsSolutions-SQS3",
      "AwsSolutions-SQS3",
    ]);
    for (const [id, reason] of reasons) expect(`${id}: ${reason}`).toMatch(/: .{20,}\.$/u);
  });

  it("would find a bucket that is open to everybody", () => {
    const app = newApp();
    new Bucket(new Stack(app, "Careless"), "Bucket");
    const { success, violations } = new AwsSolutionsChecks().validateScope(app);
    expect(success).toBe(false);
    expect(violations.map(({ ruleName }) => ruleName)).toContain("AwsSolutions-S10");
  });
});
