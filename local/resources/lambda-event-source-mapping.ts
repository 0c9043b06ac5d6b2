import { z } from "zod";

import { defineResource } from "./contract.ts";

const queueArn = z
  .string()
  .regex(/^arn:aws:sqs:/u, "is not an SQS queue's ARN, the only event source that is polled here");

/** Source: AWS Lambda developer guide, "Creating and configuring an Amazon SQS event source mapping" (2025). */
const FIFO_BATCH_MAX = 10;
const isFifo = ({ EventSourceArn }: { readonly EventSourceArn: string }) => EventSourceArn.endsWith(".fifo");

export const lambdaEventSourceMapping = defineResource({
  type: "AWS::Lambda::EventSourceMapping",
  standsIn: "a poller in the local stack's own process",
  honours: z
    .strictObject({
      EventSourceArn: queueArn,
      FunctionName: z.string(),
      BatchSize: z.coerce.number().int().min(1).max(10_000).default(10),
      MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
      FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
      ScalingConfig: z.strictObject({ MaximumConcurrency: z.coerce.number().int().min(2).max(1_000) }).optional(),
      Enabled: z.boolean().default(true),
    })
    .refine((mapping) => !isFifo(mapping) || mapping.MaximumBatchingWindowInSeconds === 0, {
      path: ["MaximumBatchingWindowInSeconds"],
      error: "a FIFO queue has no batching window",
    })
    .refine((mapping) => !isFifo(mapping) || mapping.BatchSize <= FIFO_BATCH_MAX, {
      path: ["BatchSize"],
      error: `is over a FIFO queue's limit of ${FIFO_BATCH_MAX}`,
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
    eventSources.push({
      id,
      enabled: properties.Enabled,
      queueArn: properties.EventSourceArn,
      functionName: properties.FunctionName.split(":").at(-1) ?? properties.FunctionName,
      batchSize: properties.BatchSize,
      batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
      reportsBatchItemFailures: properties.FunctionResponseTypes.length > 0,
    });
    const attributes = {
      Id: id,
      EventSourceMappingArn: `arn:aws:lambda:${region}:${account}:event-source-mapping:${id}`,
    };
    return Promise.resolve({ ref: id, attributes });
  },
});
