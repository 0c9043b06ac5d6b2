import { setTimeout as delay } from "node:timers/promises";

import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";

import type { ContainerPool } from "../runtime/container-pool.ts";
import { readBatchAnswer } from "./batch-answer.ts";
import type { EventSource } from "./event-source.ts";
import { gatherBatch } from "./gather-batch.ts";
import { sqsEvent } from "./sqs-event.ts";

const SQS_BATCH_MAX = 10;
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 10_000;

/** Lambda's words. Disabling: a receive is still under way, and what it brings goes back. */
export type EventSourceState = "Enabled" | "Disabling" | "Disabled";

/**
 * One event source mapping: gathers batches while an invocation is free for them, and deletes what the function
 * handled. It deletes nothing of a batch whose invocation failed; the queue's visibility timeout brings it back.
 */
export class EventSourcePoller {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly source: EventSource;
  readonly #pool: ContainerPool;
  readonly #onFault: (why: string) => void;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #limit: number;
  readonly #loop: Promise<void>;
  #failuresInARow = 0;
  #enabled: boolean;
  #receiving = false;
  /** Settles with the next change of `#enabled`, or when polling stops. */
  #switched = Promise.withResolvers<void>();

  constructor(options: {
    readonly sqs: SQSClient;
    readonly queueUrl: string;
    readonly source: EventSource;
    readonly pool: ContainerPool;
    /** Told why a batch came to nothing. */
    readonly onFault: (why: string) => void;
  }) {
    this.#sqs = options.sqs;
    this.#queueUrl = options.queueUrl;
    this.source = options.source;
    this.#pool = options.pool;
    this.#onFault = options.onFault;
    this.#limit = Math.min(options.source.maximumConcurrency ?? Infinity, options.pool.limit);
    this.#enabled = options.source.enabled;
    this.#loop = this.#poll();
  }

  get state(): EventSourceState {
    if (this.#enabled) return "Enabled";
    return this.#receiving ? "Disabling" : "Disabled";
  }

  /** Switched off, it hands over no more messages; invocations that run go on. */
  enable(enabled: boolean): void {
    this.#enabled = enabled;
    this.#switched.resolve();
    this.#switched = Promise.withResolvers();
  }

  /** Takes no more messages. Invocations that run go on until their containers close. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#switched.resolve();
    await this.#loop;
  }

  /** Resolves when the last invocation has ended. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#running.size >= this.#limit) await Promise.race(this.#running);
        await this.#pool.whenRoom();
        await this.#backOff(signal);
        if (signal.aborted) return;
        if (this.#enabled) await this.#receive(signal);
        else await this.#switched.promise;
      } catch (error) {
        this.#fail(`polling failed: ${String(error)}`);
      }
    }
  }

  async #receive(signal: AbortSignal): Promise<void> {
    this.#receiving = true;
    try {
      const until = { closing: signal, isOff: () => !this.#enabled };
      const batch = await gatherBatch(this.#sqs, this.#queueUrl, this.source, until);
      if (batch.length === 0) return;
      if (!this.#enabled || !this.#pool.hasRoom) {
        // Switched off, or another mapping took the room meanwhile. Messages that waited here would be hidden from
        // containers that take more by themselves.
        await this.#giveBack(batch);
        return;
      }
      const invocation = this.#invoke(batch).finally(() => this.#running.delete(invocation));
      this.#running.add(invocation);
    } finally {
      this.#receiving = false;
    }
  }

  /** Never rejects. */
  async #invoke(batch: readonly Message[]): Promise<void> {
    try {
      const answer = await this.#pool.invoke(JSON.stringify(sqsEvent(batch, this.source.queueArn)));
      if (answer.kind === "error") {
        this.#fail(`${answer.error.errorType}: ${answer.error.errorMessage}`);
        return;
      }
      const handled = this.#handled(batch, answer.body);
      if (handled) await this.#delete(handled);
    } catch (error) {
      this.#fail(String(error));
    }
  }

  #handled(batch: readonly Message[], body: string): Message[] | undefined {
    if (!this.source.reportsBatchItemFailures) return [...batch];
    const answer = readBatchAnswer(body, new Set(batch.map(({ MessageId }) => MessageId ?? "")));
    if (answer.kind === "all-failed") {
      this.#fail(answer.why);
      return undefined;
    }
    this.#failuresInARow = 0;
    return batch.filter(({ MessageId }) => !answer.failed.has(MessageId ?? ""));
  }

  async #giveBack(messages: readonly Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += SQS_BATCH_MAX) {
      const entries = messages
        .slice(from, from + SQS_BATCH_MAX)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
      await this.#sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#queueUrl, Entries: entries }));
    }
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += SQS_BATCH_MAX) {
      const entries = messages
        .slice(from, from + SQS_BATCH_MAX)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries: entries }));
    }
  }

  #fail(why: string): void {
    this.#failuresInARow += 1;
    this.#onFault(`${this.source.functionName}: ${why}`);
  }

  async #backOff(signal: AbortSignal): Promise<void> {
    if (this.#failuresInARow === 0) return;
    const delayMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (this.#failuresInARow - 1));
    await delay(delayMs, undefined, { signal }).catch(() => {});
  }
}
