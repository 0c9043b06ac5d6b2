import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { onTestFinished } from "vitest";

import { LOCAL_CREDENTIALS } from "../../../local/local-credentials.ts";
import type { ContainerLine } from "../../../local/runtime/container-log.ts";
import { startLocalStack, type LocalStackOptions } from "../../../local/start-local-stack.ts";
import { makeAssembly, type AssemblyOptions } from "./assembly-fixture.ts";

export interface Noted {
  readonly event: SQSEvent;
  readonly id: string;
  readonly remainingMs: number;
  readonly env: Readonly<Record<string, string>>;
}

/** A local stack of the fixture's assembly, closed and removed when the test ends. */
export async function runningStack(
  options: AssemblyOptions &
    Pick<LocalStackOptions, "keyFile" | "secretsFile"> & {
      readonly containers?: number;
      readonly cells?: boolean;
    } = {},
) {
  const assembly = await makeAssembly(options);
  // Finished last: hooks run in reverse.
  onTestFinished(() => assembly.remove());
  const lines: ContainerLine[] = [];
  const faults: string[] = [];
  const stack = await startLocalStack({
    ...assembly,
    ...(options.containers !== undefined && { containers: options.containers }),
    ...(options.keyFile !== undefined && { keyFile: options.keyFile }),
    ...(options.secretsFile !== undefined && { secretsFile: options.secretsFile }),
    cells: options.cells ?? false,
    onLine: (line) => lines.push(line),
    onFault: (why) => faults.push(why),
  });
  const { JobsUrl: jobsUrl, ExpressUrl: expressUrl, DeadLetterUrl: deadLetterUrl } = stack.outputs("Fleet");
  const sqs = new SQSClient({ region: stack.region, endpoint: stack.endpoints.sqs, credentials: LOCAL_CREDENTIALS });
  onTestFinished(async () => {
    sqs.destroy();
    await stack.close();
  });
  return {
    stack,
    lines,
    faults,
    notes: assembly.notes,
    logDirectory: assembly.logDirectory,
    sqs,
    jobsUrl,
    expressUrl,
    deadLetterUrl,
    /** One SQS message for each body, in one request. */
    send: async (...bodies: readonly unknown[]) => {
      const entries = bodies.map((body, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(body),
        MessageGroupId: "shop.example",
        MessageAttributes: { colour: { DataType: "String", StringValue: "red" } },
      }));
      const { Successful } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: jobsUrl, Entries: entries }));
      return (Successful ?? []).map(({ MessageId }) => MessageId ?? "");
    },
    /** What the function was given so far. */
    noted: async (): Promise<Noted[]> => {
      const text = await readFile(join(assembly.notes, "events.jsonl"), "utf8").catch(() => "");
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Noted);
    },
    reports: () => lines.filter(({ message }) => (message as { type?: string }).type === "platform.report"),
    /** Bodies that a reader of the queue would get now. */
    receive: async (queueUrl: string | undefined) => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }));
      return (Messages ?? []).map(({ Body }) => JSON.parse(Body ?? "null") as unknown);
    },
  };
}
