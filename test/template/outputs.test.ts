import { describe, expect, it } from "vitest";

import { synthesizeStage } from "./synthesized-stage.ts";

const stage = synthesizeStage("dev");

describe("the fleet's outputs", () => {
  it("are all that a producer needs", () => {
    expect(Object.keys(stage.templates.fleet.toJSON()["Outputs"]).toSorted()).toEqual([
      "ArtifactsBucketName",
      "DeadLetterQueueUrl",
      "ExpressQueueUrl",
      "JobsQueueUrl",
      "LeasesTableName",
      "ResultsQueueUrl",
      "SessionDeadLetterQueueUrl",
      "SessionJobsQueueUrl",
      "SessionKeyArn",
      "SessionsTableName",
      "WorkerFunctionName",
      "WorkerLogGroupName",
    ]);
  });
});

describe("the templates", () => {
  const text = JSON.stringify([stage.templates.state.toJSON(), stage.templates.fleet.toJSON()]);

  it("are bound to no account", () => {
    expect(text.match(/\b\d{12}\b/gu)).toBeNull();
    expect([stage.state.account, stage.fleet.account].every((account) => account.includes("Token"))).toBe(true);
  });

  it("are bound to no region", () => {
    expect(text).not.toMatch(/\b(us|eu|ap|sa|ca|me|af|il|mx)-(north|south|east|west|central)[a-z]*-\d\b/u);
  });

  it("look nothing up, and name no partition", () => {
    expect(stage.app.synth().manifest.missing).toBeUndefined();
    expect(text).not.toContain("arn:aws:");
  });
});
