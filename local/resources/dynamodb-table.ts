import { z } from "zod";

import { defineResource } from "./contract.ts";
import { createTable, ignoredTableProperties, tableProperties } from "./dynamodb-schema.ts";

export const dynamodbTable = defineResource({
  type: "AWS::DynamoDB::Table",
  standsIn: "a table of dynalite, in memory",
  honours: z.strictObject(tableProperties),
  ignores: {
    ...ignoredTableProperties,
    PointInTimeRecoverySpecification: "the table ends with the run",
    DeletionProtectionEnabled: "the table ends with the run",
    ContributorInsightsSpecification: "there is no CloudWatch here",
    OnDemandThroughput: "dynalite doesn't throttle",
    ResourcePolicy: "there is no IAM",
    TableClass: "changes the price only",
  },
  refuses: {
    StreamSpecification: "dynalite has no streams; take the stream's reader out of the local stages.",
    KinesisStreamSpecification: "there is no Kinesis here; take it out of the local stages.",
    ProvisionedThroughput: "dynalite doesn't throttle; use PAY_PER_REQUEST.",
    ImportSourceSpecification: "nothing is imported here; write the items after the start.",
  },
  create: (properties, identity, deployment) => createTable(properties, identity.generatedName(255), deployment),
});
