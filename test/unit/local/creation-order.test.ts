import { expect, test } from "vitest";

import { inCreationOrder } from "../../../local/assembly/creation-order.ts";

const resource = (logicalId: string, properties: unknown = {}, dependsOn: readonly string[] = []) => ({
  logicalId,
  properties,
  dependsOn,
});

test("a resource comes after those that it refers to, however it does", () => {
  const order = inCreationOrder("Fleet", [
    resource("Mapping", { A: { "Fn::GetAtt": ["Queue", "Arn"] }, B: { Ref: "Function" } }),
    resource("Function", { Env: { X: { "Fn::Sub": "${AWS::Region}-${Table}-${Own}" } } }, ["Role"]),
    resource("Queue", { Policy: { "Fn::Join": ["", [{ "Fn::GetAtt": "DeadLetter.Arn" }]] } }),
    resource("Role"),
    resource("Table"),
    resource("DeadLetter"),
  ]);
  expect(order.map(({ logicalId }) => logicalId)).toEqual([
    "DeadLetter",
    "Queue",
    "Table",
    "Role",
    "Function",
    "Mapping",
  ]);
});

test("a circle is an error that names it", () => {
  const circle = [resource("A", { Ref: "B" }), resource("B", { Ref: "C" }), resource("C", { Ref: "A" })];
  expect(() => inCreationOrder("Fleet", circle)).toThrow("refers to itself: A → B → C → A");
});
