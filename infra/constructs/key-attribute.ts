import { type Attribute, AttributeType } from "aws-cdk-lib/aws-dynamodb";

/** A key of a table, as the store's own constants describe it. */
export function keyAttribute({ name, type }: { readonly name: string; readonly type: "S" | "N" }): Attribute {
  return { name, type: type === "S" ? AttributeType.STRING : AttributeType.NUMBER };
}
