import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { join } from "node:path";

import { Hono } from "hono";
import { onTestFinished } from "vitest";

import { PROJECT_ROOT } from "../../../cli/project-paths.ts";
import type { StackOutputs } from "../../../cli/target/stack-outputs.ts";
import { localTarget, type Target } from "../../../cli/target/target.ts";
import { serveOnLoopback } from "../../../local/emulators/loopback-server.ts";
import { startBackends } from "../../../local/emulators/start-backends.ts";
import { eventSourceControl } from "../../../local/events/event-source-control.ts";
import type { EventSourcePoller } from "../../../local/events/event-source-poller.ts";
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from "../../../local/local-credentials.ts";
import { nodeBinary } from "../../../local/runtime/node-binary.ts";
import { createLeasesTable, createQueue, createSessionsTable } from "../../setup/emulators.ts";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliStand extends Target {
  /** The event sources as Lambda would name their states. */
  readonly pollers: readonly StandInPoller[];
  /** Runs `sublet` as a process of its own, against this stack. */
  run(args: readonly string[], options?: { readonly input?: string; readonly cwd?: string }): Promise<Ran>;
}

/** An event source that is at rest at once. */
export interface StandInPoller {
  readonly source: EventSourcePoller["source"];
  state: EventSourcePoller["state"];
}

/** All that the CLI talks to, without a worker behind: queues, tables, key, event sources and the stack's outputs. */
export async function startCliStand(): Promise<CliStand> {
  const backends = await startBackends(LOCAL_REGION);
  const keyId = randomBytes(8).toString("hex");
  const keyArn = `arn:aws:kms:${LOCAL_REGION}:${LOCAL_ACCOUNT}:key/${keyId}`;
  backends.keys.add(keyId, { arn: keyArn, enabled: true });
  const queue = async (name: string) => {
    await createQueue(backends.sqs, name, name.endsWith(".fifo") ? { FifoQueue: "true" } : {});
    return `${backends.endpoints.sqs}/${LOCAL_ACCOUNT}/${name}`;
  };
  await createLeasesTable(backends.dynamodb, "leases");
  await createSessionsTable(backends.dynamodb, "sessions");
  const outputs: StackOutputs = {
    ExpressQueueUrl: await queue("express"),
    JobsQueueUrl: await queue("jobs"),
    SessionJobsQueueUrl: await queue("session-jobs.fifo"),
    DeadLetterQueueUrl: await queue("dead-letter"),
    SessionDeadLetterQueueUrl: await queue("session-dead-letter.fifo"),
    ResultsQueueUrl: await queue("results"),
    LeasesTableName: "leases",
    SessionsTableName: "sessions",
    SessionKeyArn: keyArn,
    ArtifactsBucketName: "artifacts",
    WorkerFunctionName: "worker",
  };
  const pollers = ["express", "jobs"].map(standInPoller);
  const lambda = await serveOnLoopback(
    eventSourceControl(pollers as unknown as EventSourcePoller[], LOCAL_REGION, LOCAL_ACCOUNT),
  );
  const cloudFormation = await serveOnLoopback(stackDescription(outputs));
  const endpoints = { ...backends.endpoints, lambda: lambda.endpoint };
  const target = localTarget({ region: LOCAL_REGION, endpoints, outputs });
  onTestFinished(async () => {
    target.close();
    await Promise.all([backends.close(), lambda.close(), cloudFormation.close()]);
  });
  const env = {
    PATH: process.env["PATH"],
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.endpoint,
  };
  return {
    ...target,
    pollers,
    run: (args, options = {}) => runCli([...args, "--stack", "stand"], { env, ...options }),
  };
}

async function runCli(
  args: readonly string[],
  { env, input = "", cwd = PROJECT_ROOT }: { env: NodeJS.ProcessEnv; input?: string; cwd?: string },
): Promise<Ran> {
  const child = spawn(nodeBinary(), [join(PROJECT_ROOT, "cli/main.ts"), ...args], { cwd, env, stdio: "pipe" });
  const ended = once(child, "exit");
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  return { code, stdout, stderr };
}

function standInPoller(queue: string): StandInPoller & { enable(on: boolean): void } {
  return {
    source: {
      id: `source-of-${queue}`,
      queueArn: `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${queue}`,
      functionName: "worker",
      batchSize: 10,
      batchingWindowSeconds: 0,
      reportsBatchItemFailures: true,
    } as EventSourcePoller["source"],
    state: "Enabled",
    enable(on) {
      this.state = on ? "Enabled" : "Disabled";
    },
  };
}

/** As much of CloudFormation as the CLI asks. */
function stackDescription(outputs: StackOutputs): Hono {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<member><StackName>stand</StackName><Outputs>${members.join("")}</Outputs></member>`;
  const answer = `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  return new Hono().all("*", (c) => c.body(answer, 200, { "content-type": "text/xml" }));
}
