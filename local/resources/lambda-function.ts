import { z } from "zod";

import { layerPath } from "../runtime/layer-path.ts";
import { UnsupportedTemplate, type TemplatePlace } from "../unsupported.ts";
import { defineResource } from "./contract.ts";
import { assetLocation } from "./lambda-asset.ts";

const level = z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]);

export const lambdaFunction = defineResource({
  type: "AWS::Lambda::Function",
  standsIn: "child processes of Node 24 behind a Runtime API of their own",
  honours: z.strictObject({
    FunctionName: z.string().optional(),
    Code: assetLocation,
    Handler: z.string(),
    Runtime: z.literal("nodejs24.x", { error: "is not the runtime that runs here, nodejs24.x" }),
    PackageType: z.literal("Zip").optional(),
    MemorySize: z.coerce.number().int().min(128).max(10_240).default(128),
    Timeout: z.coerce.number().int().min(1).max(900).default(3),
    Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
    Layers: z.array(z.string()).default([]),
    LoggingConfig: z
      .strictObject({
        LogFormat: z.enum(["JSON", "Text"]).default("Text"),
        ApplicationLogLevel: level.optional(),
        SystemLogLevel: level.optional(),
        LogGroup: z.string().optional(),
      })
      .optional(),
    ReservedConcurrentExecutions: z.coerce.number().int().min(0).optional(),
  }),
  ignores: {
    Role: "there is no IAM: credentials are dummies and every call is allowed",
    Architectures: "this machine's own architecture runs",
    EphemeralStorage: "each container has a temporary folder of its own, without a limit on its size",
    Description: "for people",
    TracingConfig: "there is no X-Ray here",
    KmsKeyArn: "the environment isn't stored",
    RecursiveLoop: "loops aren't detected",
    RuntimeManagementConfig: "the runtime is the node package of this project",
    Tags: "tags change nothing here",
  },
  refuses: {
    VpcConfig: "there is no VPC here; leave it out of the local stages.",
    FileSystemConfigs: "there is no EFS here; leave it out of the local stages.",
    ImageConfig: "container images don't run here; use a zip asset.",
    SnapStart: "snapshots aren't taken here; leave it out of the local stages.",
    DeadLetterConfig: "functions aren't invoked asynchronously here; use the queue's redrive policy.",
    CodeSigningConfigArn: "signatures aren't checked here; leave it out of the local stages.",
  },
  create(properties, { place, generatedName }, deployment) {
    const { region, account, layers, asset, functions, optPaths } = deployment;
    const name = properties.FunctionName ?? generatedName(64);
    const arn = `arn:aws:lambda:${region}:${account}:function:${name}`;
    const layerDirectories = properties.Layers.map((layer) => {
      const directory = layers.get(layer);
      if (directory !== undefined) return directory;
      const what = `layer ${layer} is not one of the assembly`;
      throw new UnsupportedTemplate({ ...place, property: "Layers" }, what, "Build it as a layer of the stacks.");
    });
    functions.set(name, {
      name,
      arn,
      handler: properties.Handler,
      codeDirectory: asset(properties.Code.S3Key, place),
      layerDirectories,
      memoryMiB: properties.MemorySize,
      timeoutSeconds: properties.Timeout,
      environment: {
        ...defaultsHere(optPaths, layerDirectories),
        ...environmentHere(properties.Environment?.Variables ?? {}, layerDirectories, place),
      },
      logging: {
        format: properties.LoggingConfig?.LogFormat ?? "Text",
        applicationLevel: properties.LoggingConfig?.ApplicationLogLevel,
        group: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      },
      reservedConcurrency: properties.ReservedConcurrentExecutions,
    });
    return Promise.resolve({ ref: name, attributes: { Arn: arn } });
  },
});

function defaultsHere(
  optPaths: Readonly<Record<string, string>>,
  layerDirectories: readonly string[],
): Record<string, string> {
  const held = Object.entries(optPaths).flatMap(([name, path]) => {
    const here = layerPath(path, layerDirectories);
    return here === undefined ? [] : [[name, here] as const];
  });
  return Object.fromEntries(held);
}

/** The function's variables, with paths below /opt pointing into the layers' folders. */
function environmentHere(
  variables: Readonly<Record<string, string>>,
  layerDirectories: readonly string[],
  place: TemplatePlace,
): Record<string, string> {
  const here: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    const path = layerPath(value, layerDirectories);
    if (path === undefined) {
      const property = `Environment.Variables.${name}`;
      const what = `is ${value}, which no layer of the function holds`;
      throw new UnsupportedTemplate({ ...place, property }, what, "Build the layer first: npm run build.");
    }
    here[name] = path;
  }
  return here;
}
