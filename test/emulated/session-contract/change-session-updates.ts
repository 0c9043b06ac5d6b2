import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

import type { SESSION_CLAUSE } from "../../../functions/store/session-conditions.ts";
import { SESSION_ATTRIBUTE } from "../../../functions/store/session-item.ts";

type Clause = (typeof SESSION_CLAUSE)[keyof typeof SESSION_CLAUSE];

/** A store that forgot one clause. The clause stays as a part that is always true, since every value must be used. */
export function withoutSessionClause(clause: Clause): (input: UpdateItemCommandInput) => UpdateItemCommandInput {
  return (input) => ({
    ...input,
    ConditionExpression: input.ConditionExpression?.replace(clause, `(attribute_exists(#fence) OR ${clause})`),
    ExpressionAttributeNames: input.ConditionExpression?.includes(clause)
      ? { ...input.ExpressionAttributeNames, "#fence": SESSION_ATTRIBUTE.fence }
      : input.ExpressionAttributeNames,
  });
}
