import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

import { LOCAL_FLEET_STACK } from "../../cli/build/ensure-built.ts";
import { PATHS } from "../../cli/project-paths.ts";
import type { JobResult } from "../../functions/core/job/job-result.ts";
import type { MembersOptions } from "../../examples/shop/members.ts";
import { startShop, type Shop } from "../../examples/shop/start-shop.ts";
import type { ContainerView } from "../../local/runtime/container.ts";
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

  static async start(options: {
    readonly containers: number;
    readonly latencyMs?: number;
    readonly members?: MembersOptions;
    /** What logins type. */
    readonly secretsFile?: string;
    /** Variables of the worker beside the template's. */
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<SystemStack> {
    const logDirectory = await mkdtemp(join(tmpdir(), "sublet-system-logs-"));
    const lines: Record<string, unknown>[] = [];
    const stack = await startLocalStack({
      assemblyDirectory: PATHS.assembly,
      containers: options.containers,
      logDirectory,
      optPaths: { SUBLET_CHROMIUM_DIR: "/opt/chromium" },
      ...(options.secretsFile === undefined ? {} : { secretsFile: options.secretsFile }),
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      onLine: ({ message }) => {
        if (typeof message === "object" && message !== null) lines.push({ ...message });
      },
    });
    const shop = await startShop({ latencyMs: options.latencyMs ?? 0, members: options.members ?? {} });
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

  get region(): string {
    return this.#stack.region;
  }

  containers(): readonly ContainerView[] {
    return this.#stack.containers();
  }

  get endpoints(): LocalStack["endpoints"] {
    return this.#stack.endpoints;
  }

  /** Plain SQS, by the FIFO queue of a session's jobs: one group for each session. */
  async sendToSession(session: string, bodies: readonly string[]): Promise<void> {
    for (let start = 0; start < bodies.length; start += 10) {
      const Entries = bodies.slice(start, start + 10).map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        MessageGroupId: session,
        MessageDeduplicationId: (JSON.parse(MessageBody) as { id: string }).id,
      }));
      const QueueUrl = this.output("SessionJobsQueueUrl");
      const { Failed = [] } = await this.#sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      if (Failed.length > 0) throw new Error(`not sent: ${JSON.stringify(Failed)}`);
    }
  }

  /** Plain SQS, as any producer would: batches of 10. */
  async send(bodies: readonly string[], output = "JobsQueueUrl"): Promise<void> {
    for (let start = 0; start < bodies.length; start += 10) {
      const Entries = bodies.slice(start, start + 10).map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        MessageGroupId: this.host,
      }));
      const { Failed = [] } = await this.#sqs.send(
        new SendMessageBatchCommand({ QueueUrl: this.output(output), Entries }),
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
    const QueueUrl = this.output(output);
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

  /** Messages that wait, and those in some container's hands. */
  async depth(output: string): Promise<number> {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.output(output), AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
  }

  output(name: string): string {
    const value = this.#stack.outputs(LOCAL_FLEET_STACK)[name];
    if (value === undefined) throw new Error(`no output ${name}`);
    return value;
  }
}
