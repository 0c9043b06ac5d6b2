import { expect, test } from "vitest";

import { resolveValue } from "../../../local/intrinsics/resolve.ts";
import type { Scope } from "../../../local/intrinsics/scope.ts";
import { UnsupportedTemplate } from "../../../local/unsupported.ts";

const scope: Scope = {
  stack: "Fleet",
  region: "eu-central-1",
  account: "000000000000",
  template: {
    Parameters: { Level: { Type: "String", Default: "INFO" }, Secret: { Type: "String" } },
    Conditions: {
      InEurope: { "Fn::Equals": [{ Ref: "AWS::Region" }, "eu-central-1"] },
      Elsewhere: { "Fn::Not": [{ Condition: "InEurope" }] },
      Either: { "Fn::Or": [{ Condition: "InEurope" }, { Condition: "Elsewhere" }] },
      Both: { "Fn::And": [{ Condition: "InEurope" }, { Condition: "Elsewhere" }] },
    },
  },
  resources: new Map([["Queue", { ref: "http://q", attributes: { Arn: "arn:aws:sqs:q", "Nested.Name": "deep" } }]]),
  exports: new Map([["State:Table", "leases"]]),
};
const place = { stack: "Fleet", logicalId: "Worker", type: "AWS::Lambda::Function", property: "Environment" };

test.each([
  ["a resource by Ref", { Ref: "Queue" }, "http://q"],
  ["an attribute", { "Fn::GetAtt": ["Queue", "Arn"] }, "arn:aws:sqs:q"],
  ["an attribute by its dotted name", { "Fn::GetAtt": "Queue.Nested.Name" }, "deep"],
  ["a parameter's default", { Ref: "Level" }, "INFO"],
  ["the region", { Ref: "AWS::Region" }, "eu-central-1"],
  ["the account", { Ref: "AWS::AccountId" }, "000000000000"],
  ["the partition", { Ref: "AWS::Partition" }, "aws"],
  ["the suffix", { Ref: "AWS::URLSuffix" }, "amazonaws.com"],
  ["the stack's name", { Ref: "AWS::StackName" }, "Fleet"],
  ["a join", { "Fn::Join": [":", ["arn", { Ref: "AWS::Partition" }, "sqs"]] }, "arn:aws:sqs"],
  ["a join of a split", { "Fn::Join": ["-", { "Fn::Split": [".", "a.b.c"] }] }, "a-b-c"],
  ["a selection", { "Fn::Select": ["1", { "Fn::Split": ["/", "a/b/c"] }] }, "b"],
  ["an import", { "Fn::ImportValue": { "Fn::Sub": "State:Table" } }, "leases"],
  ["a condition that holds", { "Fn::If": ["InEurope", "yes", "no"] }, "yes"],
  ["a condition that doesn't", { "Fn::If": ["Elsewhere", "yes", "no"] }, "no"],
  ["an or", { "Fn::If": ["Either", "yes", "no"] }, "yes"],
  ["an and", { "Fn::If": ["Both", "yes", "no"] }, "no"],
  ["text with names", { "Fn::Sub": "${AWS::Region}/${Queue}/${Queue.Arn}" }, "eu-central-1/http://q/arn:aws:sqs:q"],
  ["text with own names", { "Fn::Sub": ["${Who}-${Queue}", { Who: { Ref: "Level" } }] }, "INFO-http://q"],
  ["text with a literal", { "Fn::Sub": "${!Literal} ${Level}" }, "${Literal} INFO"],
  ["plain JSON as it is", { a: [1, { b: null }], "Fn::x": 1, c: true }, { a: [1, { b: null }], "Fn::x": 1, c: true }],
])("resolves %s", (_what, value, expected) => {
  expect(resolveValue(value, scope, place)).toEqual(expected);
});

test("leaves a property out whose value is AWS::NoValue, and an item of a list", () => {
  const nothing = { "Fn::If": ["Elsewhere", "x", { Ref: "AWS::NoValue" }] };
  expect(resolveValue({ kept: 1, gone: nothing, list: [1, nothing, 2] }, scope, place)).toEqual({
    kept: 1,
    list: [1, 2],
  });
});

test.each([
  ["an unknown function", { "Fn::Cidr": [] }, "Fn::Cidr is not interpreted"],
  ["an unknown name", { Ref: "Nobody" }, "Nobody is neither a resource nor a parameter"],
  ["a parameter without a default", { Ref: "Secret" }, "Secret has no default"],
  ["an unknown attribute", { "Fn::GetAtt": ["Queue", "Colour"] }, "attribute Colour of Queue"],
  ["an attribute of nobody", { "Fn::GetAtt": ["Nobody", "Arn"] }, "Nobody is not a resource"],
  ["an import of nothing", { "Fn::ImportValue": "Nobody:Table" }, "exports Nobody:Table"],
  ["an unknown condition", { "Fn::If": ["Nowhere", 1, 2] }, "condition Nowhere"],
  ["a selection out of range", { "Fn::Select": [5, ["a"]] }, "no item 5"],
])("fails on %s, with the place", (_what, value, message) => {
  const resolve = () => resolveValue({ Variables: { X: value } }, scope, place);
  expect(resolve).toThrow(UnsupportedTemplate);
  expect(resolve).toThrow(message);
  expect(resolve).toThrow("Fleet: Worker (AWS::Lambda::Function), property Environment.Variables.X");
});
