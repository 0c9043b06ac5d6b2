import { z } from "zod";

import { defineResource } from "./contract.ts";

const queueArn = z
  .string()
  .regex(/^arn:aws:sqs:/u, "is not an SQS queue's ARN, the only event source that is polled here");

export const lambdaEventSourceMapping = defineResource({
  type: "AWS::Lambda::EventSourceMapping",
  standsIn: "a poller in the local stack's own process",
  honours: z.strictObject({
    EventSourceArn: queueArn,
    FunctionName: z.string(),
    BatchSize: z.coerce.number().int().min(1).max(10_000).default(10),
    MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
    FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
    ScalingConfig: z.strictObject({ MaximumConcurrency: z.coerce.number().int().min(2).max(1_000) }).optional(),
    Enabled: z.boolean().default(true),
  }),
  ignores: { Tags: "tags change nothing here", MetricsConfig: "there is no CloudWatch here" },
  refuses: {
    FilterCriteria: "messages aren't filtered here; filter in the function or leave it out of the local stages.",
    ProvisionedPollerConfig: "each mapping has one poller here; leave it out of the local stages.",
    StartingPosition: "only queues are polled here.",
    DestinationConfig: "only queues are polled here; use the queue's redrive policy.",
  },
  create(properties, { generatedName }, { eventSources, region, account }) {
    const id = generatedName(64);
    if (properties.Enabled) {
      eventSources.push({
        queueArn: properties.EventSourceArn,
        functionName: properties.FunctionName.split(":").at(-1) ?? properties.FunctionName,
        batchSize: properties.BatchSize,
        batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
        maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
        reportsBatchItemFailures: properties.FunctionResponseTypes.length > 0,
      });
    }
    const attributes = {
      Id: id,
      EventSourceMappingArn: `arn:aws:lambda:${region}:${account}:event-source-mapping:${id}`,
    };
    return Promise.resolve({ ref: id, attributes });
  },
});
