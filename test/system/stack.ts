import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

import { LOCAL_FLEET_STACK } from "../../cli/build/ensure-built.ts";
import { PATHS } from "../../cli/project-paths.ts";
import type { JobResult } from "../../functions/core/job/job-result.ts";
import { startShop, type Shop } from "../../examples/shop/start-shop.ts";
import { startLocalStack, type LocalStack } from "../../local/start-local-stack.ts";

/** The whole thing as a producer sees it: the deployed template on this machine, a shop, and plain SQS. */
export class SystemStack {
  readonly shop: Shop;
  /** Every JSON line of every container: logs and EMF. */
  readonly lines: readonly Record<string, unknown>[];
  readonly #stack: LocalStack;
  readonly #sqs: SQSClient;
  readonly #logDirectory: string;

  private constructor(stack: LocalStack, shop: Shop, logDirectory: string, lines: Record<string, unknown>[]) {
    this.#stack = stack;
    this.shop = shop;
    this.lines = lines;
    this.#logDirectory = logDirectory;
    this.#sqs = new SQSClient({
      endpoint: stack.endpoints.sqs,
      region: stack.region,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
  }

  static async start(options: { readonly containers: number; readonly latencyMs?: number }): Promise<SystemStack> {
    const logDirectory = await mkdtemp(join(tmpdir(), "sublet-system-logs-"));
    const lines: Record<string, unknown>[] = [];
    const stack = await startLocalStack({
      assemblyDirectory: PATHS.assembly,
      containers: options.containers,
      logDirectory,
      optPaths: { SUBLET_CHROMIUM_DIR: "/opt/chromium" },
      onLine: ({ message }) => {
        if (typeof message === "object" && message !== null) lines.push({ ...message });
      },
    });
    const shop = await startShop({ latencyMs: options.latencyMs ?? 0 });
    return new SystemStack(stack, shop, logDirectory, lines);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#sqs.destroy();
    await Promise.all([this.shop.close(), this.#stack.close()]);
    await rm(this.#logDirectory, { recursive: true, force: true });
  }

  get host(): string {
    return new URL(this.shop.origin).host;
  }

  /** Plain SQS, as any producer would: batches of 10. */
  async send(bodies: readonly string[]): Promise<void> {
    for (let start = 0; start < bodies.length; start += 10) {
      const Entries = bodies.slice(start, start + 10).map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        MessageGroupId: this.host,
      }));
      const { Failed = [] } = await this.#sqs.send(
        new SendMessageBatchCommand({ QueueUrl: this.queueUrl("JobsQueueUrl"), Entries }),
      );
      if (Failed.length > 0) throw new Error(`not sent: ${JSON.stringify(Failed)}`);
    }
  }

  /** Takes results until `count` have come, then whatever else comes within the grace. */
  async results(count: number, graceSeconds: number): Promise<JobResult[]> {
    const results: JobResult[] = [];
    for (;;) {
      const waitSeconds = results.length < count ? 20 : graceSeconds;
      const bodies = await this.receive("ResultsQueueUrl", waitSeconds);
      if (bodies.length === 0 && results.length >= count) return results;
      results.push(...bodies.map((body) => JSON.parse(body) as JobResult));
    }
  }

  async receive(output: string, waitSeconds: number): Promise<string[]> {
    const QueueUrl = this.queueUrl(output);
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds }),
    );
    if (Messages.length === 0) return [];
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return Messages.map(({ Body = "" }) => Body);
  }

  async drain(output: string): Promise<string[]> {
    const all: string[] = [];
    for (;;) {
      const some = await this.receive(output, 0);
      if (some.length === 0) return all;
      all.push(...some);
    }
  }

  queueUrl(output: string): string {
    const url = this.#stack.outputs(LOCAL_FLEET_STACK)[output];
    if (url === undefined) throw new Error(`no output ${output}`);
    return url;
  }
}
