import { describe, expect, it } from "vitest";

import { PHASE_SIZES } from "../../infra/phase-sizes.ts";
import { STAGE_NAMES, stageNamed } from "../../infra/stages.ts";
import { ofType, synthesizeStage } from "./synthesized-stage.ts";

describe.each(STAGE_NAMES)("event sources of %s", (stageName) => {
  const stage = synthesizeStage(stageName);
  const mappings = ofType(stage, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties);
  const [fifo, ...others] = mappings.filter(({ EventSourceArn }) => JSON.stringify(EventSourceArn).includes("Session"));
  const configured = stageNamed(stageName);

  it("are one for each job queue, all for the worker", () => {
    const queueIds = mappings.map(({ EventSourceArn }) => JSON.stringify(EventSourceArn));
    expect(queueIds).toEqual([
      expect.stringContaining("QueuesExpress"),
      expect.stringContaining("QueuesJobs"),
      expect.stringContaining("QueuesSessionJobs"),
    ]);
    const [[workerId]] = ofType(stage, "AWS::Lambda::Function");
    for (const { FunctionName } of mappings) expect(FunctionName).toEqual({ Ref: workerId });
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
      { ScalingConfig: { MaximumConcurrency: configured.sessionConcurrency } },
    ]);
    expect(configured.jobsWindowSeconds).toBeGreaterThanOrEqual(1);
    expect(configured.jobsWindowSeconds).toBeLessThanOrEqual(3);
  });

  it("keep Lambda's own rules: a window for batches over 10, at least two containers", () => {
    for (const mapping of mappings) {
      const { BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig } = mapping as unknown as Mapping;
      expect(BatchSize > 10 && (MaximumBatchingWindowInSeconds ?? 0) < 1).toBe(false);
      expect(ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
    }
  });

  it("keep Lambda's rules for FIFO queues: no window, at most ten messages", () => {
    expect(others).toEqual([]);
    expect(fifo).not.toHaveProperty("MaximumBatchingWindowInSeconds");
    expect(fifo?.["BatchSize"]).toBeLessThanOrEqual(10);
  });
});

interface Mapping {
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly ScalingConfig: { readonly MaximumConcurrency: number };
}
