import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A small assembly as `cdk synth` writes one: a state stack with the dead-letter queue, a fleet stack with the rest. */
export interface AssemblyOptions {
  readonly timeoutSeconds?: number;
  readonly batchSize?: number;
  readonly windowSeconds?: number;
  readonly maximumConcurrency?: number;
  readonly visibilitySeconds?: number;
  readonly maxReceiveCount?: number;
  readonly reportsFailures?: boolean;
  /** Whether the mapping of the queue of jobs polls from the start. */
  readonly enabled?: boolean;
}

/**
 * What the function does is in each message's body: `{"do": "fail" | "throw" | "hang" | "wait" | "exit" | "malformed" | …}`.
 * It notes each event in the folder of the environment, beats a heartbeat file, and keeps a grandchild that beats too,
 * in a process group of its own as Chromium is.
 */
const FUNCTION_CODE = `
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const notes = process.env.NOTES;
const beat = 'const fs = require("node:fs"); setInterval(() => fs.appendFileSync(process.argv[1], "x"), 10);';
appendFileSync(notes + "/pids", process.pid + "\\n");
setInterval(() => appendFileSync(notes + "/heartbeat-" + process.pid, "x"), 10);
const child = spawn(process.execPath, ["-e", beat, notes + "/heartbeat-child-" + process.pid], {
  detached: true, stdio: "ignore", env: {},
});
appendFileSync(notes + "/pids", child.pid + "\\n");
writeFileSync(process.env.TMPDIR + "/left", "behind");

export async function handler(event, context) {
  const id = context.awsRequestId;
  appendFileSync(notes + "/events.jsonl", JSON.stringify({ event, id, remainingMs: context.getRemainingTimeInMillis(), env: process.env }) + "\\n");
  const failures = [];
  for (const record of event.Records) {
    const { do: what, until } = JSON.parse(record.body);
    if (what === "fail") failures.push({ itemIdentifier: record.messageId });
    if (what === "throw") throw new TypeError("thrown on request");
    // The grandchild would lose its only tie to the container, a parent, and beat on until its folder is gone.
    if (what === "exit") { child.kill("SIGKILL"); process.exit(7); }
    if (what === "malformed") return { batchItemFailures: [{ itemIdentifier: "" }] };
    if (what === "hang") await new Promise(() => {});
    if (what === "wait") while (!existsSync(notes + "/" + until)) await delay(5);
  }
  console.log(JSON.stringify({ message: "handled", records: event.Records.length }));
  return { batchItemFailures: failures };
}
`;

export async function makeAssembly(options: AssemblyOptions = {}) {
  const root = await mkdtemp(join(tmpdir(), "assembly-"));
  const assemblyDirectory = join(root, "cdk.out");
  const notes = join(root, "notes");
  await mkdir(join(assemblyDirectory, "asset.code"), { recursive: true });
  await mkdir(join(assemblyDirectory, "asset.layer", "tool"), { recursive: true });
  await mkdir(notes);
  const files: Record<string, unknown> = {
    "manifest.json": manifest(),
    "State.template.json": stateTemplate(),
    "Fleet.template.json": fleetTemplate(notes, options),
    "Fleet.assets.json": { files: { code: asset("code"), layer: asset("layer") } },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(assemblyDirectory, name), JSON.stringify(content));
  }
  await writeFile(join(assemblyDirectory, "asset.code", "index.mjs"), FUNCTION_CODE);
  const logDirectory = join(root, "logs");
  return {
    assemblyDirectory,
    notes,
    logDirectory,
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 10 }),
  };
}

function asset(name: string) {
  return {
    source: { path: `asset.${name}`, packaging: "zip" },
    destinations: { current: { bucketName: "assets", objectKey: `${name}.zip` } },
  };
}

function manifest() {
  const environment = "aws://unknown-account/unknown-region";
  const stack = (file: string, dependencies: readonly string[]) => ({
    type: "aws:cloudformation:stack",
    environment,
    properties: { templateFile: file },
    dependencies,
  });
  return {
    version: "48.0.0",
    artifacts: {
      Fleet: stack("Fleet.template.json", ["State", "Fleet.assets"]),
      "Fleet.assets": { type: "cdk:asset-manifest", properties: { file: "Fleet.assets.json" } },
      State: stack("State.template.json", []),
      Tree: { type: "cdk:tree", properties: { file: "tree.json" } },
    },
  };
}

function stateTemplate() {
  const exported = (value: unknown, name: string) => ({ Value: value, Export: { Name: name } });
  return {
    Resources: {
      DeadLetter: { Type: "AWS::SQS::Queue", Properties: { SqsManagedSseEnabled: true } },
      Key: { Type: "AWS::KMS::Key", Properties: { KeyPolicy: {}, EnableKeyRotation: true } },
      KeyAlias: {
        Type: "AWS::KMS::Alias",
        Properties: { AliasName: "alias/sublet-sessions", TargetKeyId: { "Fn::GetAtt": ["Key", "Arn"] } },
      },
    },
    Outputs: {
      KeyArn: exported({ "Fn::GetAtt": ["Key", "Arn"] }, "State:KeyArn"),
      DeadLetterArn: exported({ "Fn::GetAtt": ["DeadLetter", "Arn"] }, "State:DeadLetterArn"),
      DeadLetterUrl: exported({ Ref: "DeadLetter" }, "State:DeadLetterUrl"),
    },
  };
}

function fleetTemplate(notes: string, options: AssemblyOptions) {
  return {
    Resources: {
      // Before what it refers to: the order of the template isn't the order of creation.
      Source: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: { "Fn::GetAtt": ["Jobs", "Arn"] },
          FunctionName: { Ref: "Worker" },
          Enabled: options.enabled ?? true,
          BatchSize: options.batchSize ?? 10,
          MaximumBatchingWindowInSeconds: options.windowSeconds ?? 0,
          ...((options.reportsFailures ?? true) && { FunctionResponseTypes: ["ReportBatchItemFailures"] }),
          ScalingConfig: { MaximumConcurrency: options.maximumConcurrency ?? 2 },
        },
      },
      ExpressSource: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: { EventSourceArn: { "Fn::GetAtt": ["Express", "Arn"] }, FunctionName: { Ref: "Worker" } },
      },
      SessionSource: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: { "Fn::GetAtt": ["SessionJobs", "Arn"] },
          FunctionName: { Ref: "Worker" },
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      },
      Express: { Type: "AWS::SQS::Queue" },
      SessionJobs: {
        Type: "AWS::SQS::Queue",
        Properties: {
          QueueName: "Fleet-session-jobs.fifo",
          FifoQueue: true,
          VisibilityTimeout: options.visibilitySeconds ?? 60,
          RedrivePolicy: {
            deadLetterTargetArn: { "Fn::GetAtt": ["SessionDeadLetter", "Arn"] },
            maxReceiveCount: options.maxReceiveCount ?? 5,
          },
        },
      },
      SessionDeadLetter: {
        Type: "AWS::SQS::Queue",
        Properties: { QueueName: "Fleet-session-dead-letter.fifo", FifoQueue: true },
      },
      Worker: {
        Type: "AWS::Lambda::Function",
        Properties: {
          Code: { S3Bucket: { "Fn::Sub": "assets-${AWS::AccountId}-${AWS::Region}" }, S3Key: "code.zip" },
          Handler: "index.handler",
          Runtime: "nodejs24.x",
          MemorySize: 256,
          Timeout: options.timeoutSeconds ?? 30,
          Role: { "Fn::GetAtt": ["Role", "Arn"] },
          Layers: [{ Ref: "Layer" }],
          Environment: { Variables: { NOTES: notes, TOOL: "/opt/tool", JOBS_URL: { Ref: "Jobs" } } },
        },
      },
      Layer: {
        Type: "AWS::Lambda::LayerVersion",
        Properties: { Content: { S3Bucket: "assets", S3Key: "layer.zip" } },
      },
      Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } },
      Jobs: {
        Type: "AWS::SQS::Queue",
        Properties: {
          VisibilityTimeout: options.visibilitySeconds ?? 60,
          RedrivePolicy: {
            deadLetterTargetArn: { "Fn::ImportValue": "State:DeadLetterArn" },
            maxReceiveCount: options.maxReceiveCount ?? 5,
          },
        },
      },
    },
    Outputs: {
      ExpressUrl: { Value: { Ref: "Express" } },
      JobsUrl: { Value: { Ref: "Jobs" } },
      SessionJobsUrl: { Value: { Ref: "SessionJobs" } },
      SessionDeadLetterUrl: { Value: { Ref: "SessionDeadLetter" } },
      KeyArn: { Value: { "Fn::ImportValue": "State:KeyArn" } },
      DeadLetterUrl: { Value: { "Fn::ImportValue": "State:DeadLetterUrl" } },
    },
  };
}
