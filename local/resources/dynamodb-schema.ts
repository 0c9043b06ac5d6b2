import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { z } from "zod";

import type { ResourceValues } from "../intrinsics/scope.ts";
import type { Deployment } from "./contract.ts";

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));
const projection = z.strictObject({
  ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const index = z.strictObject({ IndexName: z.string(), KeySchema: keySchema, Projection: projection });

/** What a table and a global table have in common. */
export const tableProperties = {
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(["S", "N", "B"]) })),
  KeySchema: keySchema,
  BillingMode: z.literal("PAY_PER_REQUEST"),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
};

export const ignoredTableProperties = {
  TimeToLiveSpecification: "dynalite deletes nothing by itself, and nothing in Sublet depends on it",
  SSESpecification: "items live in memory only",
  WarmThroughput: "dynalite doesn't throttle",
  Tags: "tags change nothing here",
} as const;

const schema = z.strictObject(tableProperties);

/** Creates the table in dynalite, under the names that DynamoDB's API has for its properties. */
export async function createTable(
  properties: z.output<typeof schema>,
  generatedName: string,
  { backends, region, account }: Deployment,
): Promise<ResourceValues> {
  const name = properties.TableName ?? generatedName;
  await backends.dynamodb.send(new CreateTableCommand({ ...properties, TableName: name }));
  const attributes = { Arn: `arn:aws:dynamodb:${region}:${account}:table/${name}` };
  return { ref: name, attributes };
}
