import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { z } from "zod";

import { defineResource } from "./contract.ts";

const seconds = z.coerce.number().int();

/** The queue's attributes go to fauxqs under the names that SQS's API has for them. */
export const sqsQueue = defineResource({
  type: "AWS::SQS::Queue",
  standsIn: "a queue of fauxqs, in memory",
  honours: z.strictObject({
    QueueName: z.string().optional(),
    VisibilityTimeout: seconds.optional(),
    MessageRetentionPeriod: seconds.optional(),
    DelaySeconds: seconds.optional(),
    MaximumMessageSize: seconds.optional(),
    ReceiveMessageWaitTimeSeconds: seconds.optional(),
    FifoQueue: z.boolean().optional(),
    ContentBasedDeduplication: z.boolean().optional(),
    RedrivePolicy: z
      .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int().min(1) })
      .optional(),
  }),
  ignores: {
    SqsManagedSseEnabled: "messages live in memory only",
    KmsMasterKeyId: "messages live in memory only",
    KmsDataKeyReusePeriodSeconds: "messages live in memory only",
    RedriveAllowPolicy: "there is no IAM, and every queue may be a dead-letter queue",
    Tags: "tags change nothing here",
  },
  refuses: {
    DeduplicationScope: "fauxqs deduplicates by queue only; leave it out or test against AWS.",
    FifoThroughputLimit: "fauxqs has no such limit; leave it out or test against AWS.",
  },
  async create(properties, identity, { backends, region, account }) {
    const suffix = properties.FifoQueue === true ? ".fifo" : "";
    const name = properties.QueueName ?? `${identity.generatedName(80 - suffix.length)}${suffix}`;
    const { QueueName: _, RedrivePolicy, ...plain } = properties;
    const attributes = Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, String(value)]));
    if (RedrivePolicy) attributes["RedrivePolicy"] = JSON.stringify(RedrivePolicy);
    await backends.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return {
      // Not the URL that fauxqs answers: its host name, sqs.<region>.localhost, doesn't resolve on every machine.
      ref: `${backends.endpoints.sqs}/${account}/${name}`,
      attributes: {
        Arn: `arn:aws:sqs:${region}:${account}:${name}`,
        QueueName: name,
        QueueUrl: `${backends.endpoints.sqs}/${account}/${name}`,
      },
    };
  },
});
