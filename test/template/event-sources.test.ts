import { describe, expect, it } from "vitest";

import { PHASE_SIZES } from "../../infra/phase-sizes.ts";
import { STAGE_NAMES, stageNamed } from "../../infra/stages.ts";
import { ofType, synthesizeStage } from "./synthesized-stage.ts";

describe.each(STAGE_NAMES)("event sources of %s", (stageName) => {
  const stage = synthesizeStage(stageName);
  const mappings = ofType(stage, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties);
  const configured = stageNamed(stageName);

  it("are one for each job queue, both for the worker", () => {
    const queueIds = mappings.map(({ EventSourceArn }) => JSON.stringify(EventSourceArn));
    expect(queueIds).toEqual([expect.stringContaining("QueuesExpress"), expect.stringContaining("QueuesJobs")]);
    const [[workerId]] = ofType(stage, "AWS::Lambda::Function");
    expect(mappings.map(({ FunctionName }) => FunctionName)).toEqual([{ Ref: workerId }, { Ref: workerId }]);
  });

  it("send batches as large as a browser has slots, and take partial failures back", () => {
    for (const mapping of mappings) {
      expect(mapping).toMatchObject({
        BatchSize: PHASE_SIZES[configured.phase].contexts,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      });
    }
  });

  it("gather jobs for a moment, start express work at once, and limit containers", () => {
    expect(mappings).toMatchObject([
      {
        MaximumBatchingWindowInSeconds: configured.expressWindowSeconds,
        ScalingConfig: { MaximumConcurrency: configured.expressConcurrency },
      },
      {
        MaximumBatchingWindowInSeconds: configured.jobsWindowSeconds,
        ScalingConfig: { MaximumConcurrency: configured.jobsConcurrency },
      },
    ]);
    expect(configured.jobsWindowSeconds).toBeGreaterThanOrEqual(1);
    expect(configured.jobsWindowSeconds).toBeLessThanOrEqual(3);
  });

  it("keep Lambda's own rules: a window for batches over 10, at least two containers", () => {
    for (const mapping of mappings) {
      const { BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig } = mapping as unknown as Mapping;
      expect(BatchSize > 10 && MaximumBatchingWindowInSeconds < 1).toBe(false);
      expect(ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
    }
  });
});

interface Mapping {
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds: number;
  readonly ScalingConfig: { readonly MaximumConcurrency: number };
}
