import { z } from "zod";

import { defineResource, type ResourceKind } from "./contract.ts";

const NO_IAM = "there is no IAM here and every call is allowed";

/** Resources that change nothing in a local run. Their values are there for whoever refers to them. */
export const unenforced: readonly ResourceKind[] = [
  nameOnly("AWS::IAM::Role", NO_IAM, (name, _region, account) => ({
    ref: name,
    attributes: { Arn: `arn:aws:iam::${account}:role/${name}`, RoleId: name },
  })),
  nameOnly("AWS::IAM::Policy", NO_IAM, (name) => ({ ref: name, attributes: {} })),
  nameOnly("AWS::IAM::ManagedPolicy", NO_IAM, (name, _region, account) => ({
    ref: `arn:aws:iam::${account}:policy/${name}`,
    attributes: {},
  })),
  nameOnly("AWS::SQS::QueuePolicy", NO_IAM, (name) => ({ ref: name, attributes: {} })),
  nameOnly("AWS::S3::BucketPolicy", NO_IAM, (name) => ({ ref: name, attributes: {} })),
  nameOnly("AWS::Logs::LogGroup", "log lines go to .sublet/logs/", (name, region, account) => ({
    ref: name,
    attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` },
  })),
  nameOnly("AWS::CDK::Metadata", "it only says which CDK made the template", (name) => ({ ref: name, attributes: {} })),
];

type Values = (name: string, region: string, account: string) => { ref: string; attributes: Record<string, string> };

function nameOnly(type: string, standsIn: string, values: Values): ResourceKind {
  return defineResource({
    type,
    standsIn: `nothing, because ${standsIn}`,
    unenforced: true,
    honours: z.strictObject({}),
    ignores: {},
    refuses: {},
    create: (_properties, { generatedName }, { region, account }) =>
      Promise.resolve(values(generatedName(64), region, account)),
  });
}
