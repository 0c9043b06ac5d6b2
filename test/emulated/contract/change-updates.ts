import type { DynamoDBClient, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

/** Makes the client send every UpdateItem in another form than the store meant: what a broken store would send. */
export function changeUpdates(
  client: DynamoDBClient,
  change: (input: UpdateItemCommandInput) => UpdateItemCommandInput,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context["commandName"] !== "UpdateItemCommand") return next(args);
      return next({ ...args, input: change(args.input as UpdateItemCommandInput) });
    },
    { step: "initialize", name: "changeUpdates" },
  );
}

/** A store that forgot one clause. The clause stays as a part that is always true, since every value must be used. */
export function withoutClause(clause: string): (input: UpdateItemCommandInput) => UpdateItemCommandInput {
  return (input) => {
    const ConditionExpression = input.ConditionExpression?.replace(clause, `(attribute_exists(#fence) OR ${clause})`);
    const takes = ConditionExpression?.includes("attribute_not_exists(#pk)") ?? false;
    return takes ? input : { ...input, ConditionExpression };
  };
}

/** A store that takes a lease over in the very millisecond after its expiry. */
export function withoutMargin(input: UpdateItemCommandInput): UpdateItemCommandInput {
  const nowMs = input.ExpressionAttributeValues?.[":nowMs"];
  if (nowMs === undefined || input.ExpressionAttributeValues?.[":expiredBeforeMs"] === undefined) return input;
  return { ...input, ExpressionAttributeValues: { ...input.ExpressionAttributeValues, ":expiredBeforeMs": nowMs } };
}
