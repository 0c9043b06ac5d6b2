import { z } from "zod";

import { defineResource } from "./contract.ts";
import { createTable, ignoredTableProperties, tableProperties } from "./dynamodb-schema.ts";

/** What CDK's `TableV2` becomes. */
export const dynamodbGlobalTable = defineResource({
  type: "AWS::DynamoDB::GlobalTable",
  standsIn: "a table of dynalite, in memory and in one region",
  honours: z.strictObject(tableProperties),
  ignores: {
    ...ignoredTableProperties,
    Replicas: "there is one region here; the rest of a replica is about recovery, protection and encryption",
    WriteOnDemandThroughputSettings: "dynalite doesn't throttle",
    ReadOnDemandThroughputSettings: "dynalite doesn't throttle",
  },
  refuses: {
    StreamSpecification: "dynalite has no streams; take the stream's reader out of the local stages.",
    WriteProvisionedThroughputSettings: "dynalite doesn't throttle; use PAY_PER_REQUEST.",
    MultiRegionConsistency: "there is one region here.",
  },
  create: (properties, identity, deployment) => createTable(properties, identity.generatedName(255), deployment),
});
