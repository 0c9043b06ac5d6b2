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

/** A store whose update does less or other than was meant. What no expression uses any more is left out of the request. */
export function withUpdate(
  change: (update: string) => string,
): (input: UpdateItemCommandInput) => UpdateItemCommandInput {
  return (input) => {
    const UpdateExpression = change(input.UpdateExpression ?? "");
    const used = new Set(`${UpdateExpression} ${input.ConditionExpression}`.match(/[#:]\w+/gu));
    const only = <Value>(entries: Readonly<Record<string, Value>> = {}) =>
      Object.fromEntries(Object.entries(entries).filter(([name]) => used.has(name)));
    return {
      ...input,
      UpdateExpression,
      ExpressionAttributeNames: only(input.ExpressionAttributeNames),
      ExpressionAttributeValues: only(input.ExpressionAttributeValues),
    };
  };
}

/** A store that leaves nothing where a take tells nothing. */
export function withoutUntoldTakes(input: UpdateItemCommandInput): UpdateItemCommandInput {
  const { ":event": event, ...values } = input.ExpressionAttributeValues ?? {};
  if (event?.L?.[0]?.S?.includes("taken-untold") !== true) return input;
  return { ...input, ExpressionAttributeValues: { ...values, ":event": { L: [] } } };
}
