import { describe, expect, it } from "vitest";

import { stageConfigurationSchema, visibilitySeconds } from "../../../infra/stage-configuration.ts";
import { InvalidStage, STAGE_NAMES, checkStage, stageNamed } from "../../../infra/stages.ts";

const good = stageNamed("prod");

describe("stageNamed", () => {
  it.each(STAGE_NAMES)("gives the checked configuration of %s", (name) => {
    expect(stageConfigurationSchema.parse(stageNamed(name))).toEqual(stageNamed(name));
  });

  it("refuses an unknown stage and names the known ones", () => {
    expect(() => stageNamed("prd")).toThrow(new InvalidStage('no stage is named "prd": choose one of dev, prod'));
  });

  it.each(["__proto__", "constructor", "toString"])("knows no stage %s", (name) => {
    expect(() => stageNamed(name)).toThrow(InvalidStage);
  });
});

describe("checkStage", () => {
  it.each([
    ["functionTimeoutSeconds", 901],
    ["functionTimeoutSeconds", 59],
    ["jobsConcurrency", 1],
    ["expressConcurrency", 1_001],
    ["sessionConcurrency", 1],
    ["sessionConcurrency", 1_001],
    ["jobsWindowSeconds", 301],
    ["maxReceiveCount", 9],
    ["jobRetentionDays", 15],
    ["recordRetentionDays", 14],
    ["artifactExpiryDays", 0],
    ["logRetentionDays", 8],
    ["phase", "D"],
    ["logLevel", "debug"],
    ["keepState", "true"],
    ["memoryMiB", 2_048],
  ])("refuses %s = %j by name", (field, value) => {
    expect(() => checkStage("trial", { ...good, [field]: value })).toThrow(new RegExp(`trial.*${field}`, "su"));
  });

  it("refuses a dead-letter queue that forgets before the job queues do", () => {
    const stage = { ...good, deadLetterRetentionDays: 7, jobRetentionDays: 7 };
    expect(() => checkStage("trial", stage)).toThrow(/must be over jobRetentionDays/u);
    expect(() => checkStage("trial", { ...stage, deadLetterRetentionDays: 8 })).not.toThrow();
  });

  it("refuses a receive count that a message wouldn't live to see", () => {
    // 7 days are 112 times the visibility timeout of 5,400 s, to the second.
    const stage = { ...good, functionTimeoutSeconds: 900, jobRetentionDays: 7 };
    expect(() => checkStage("trial", { ...stage, maxReceiveCount: 111 })).not.toThrow();
    expect(() => checkStage("trial", { ...stage, maxReceiveCount: 112 })).toThrow(
      /expires before it is dead-lettered/u,
    );
  });
});

describe("visibilitySeconds", () => {
  it("is six times the function's timeout", () => {
    expect(visibilitySeconds({ functionTimeoutSeconds: 900 })).toBe(5_400);
  });
});
