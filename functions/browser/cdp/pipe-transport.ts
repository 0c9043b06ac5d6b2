import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

import type { ConnectOverCDPTransport } from "playwright-core";

const NUL = 0;

/**
 * Chromium's `--remote-debugging-pipe`: JSON messages, each ended by a NUL byte; commands go down one pipe (its fd 3),
 * answers and events come up another (its fd 4). No port, so nothing else on the machine can reach this browser, and
 * Chromium ends by itself when the pipe closes.
 */
export class PipeTransport implements ConnectOverCDPTransport {
  onmessage?: (message: object) => void;
  readonly #commands: Writable;
  readonly #answers: Readable;
  /** Pieces of a message whose NUL hasn't come yet. Joined once, so that a message of many chunks costs no quadratic copying. */
  #pieces: Buffer[] = [];
  #onclose: ((reason?: string) => void) | undefined;
  #closed: string | undefined;

  constructor(commands: Writable, answers: Readable) {
    this.#commands = commands;
    this.#answers = answers;
    answers.on("data", (chunk: Buffer) => this.#receive(chunk));
    answers.once("close", () => this.#end("the browser closed its end of the pipe"));
    // A dead browser's pipe answers EPIPE or ECONNRESET: that is its end, not an error of ours.
    answers.on("error", (error) => this.#end(error.message));
    commands.on("error", (error) => this.#end(error.message));
  }

  get onclose(): ((reason?: string) => void) | undefined {
    return this.#onclose;
  }

  /** Told once; at once when the pipe has ended already, so that an early death isn't missed. */
  set onclose(listener: ((reason?: string) => void) | undefined) {
    this.#onclose = listener;
    if (listener && this.#closed !== undefined) this.#tellClosed();
  }

  /** @throws Error when the pipe has ended */
  send(message: object): void {
    if (this.#closed !== undefined) throw new Error(`The browser's pipe has ended: ${this.#closed}`);
    this.#commands.write(`${JSON.stringify(message)}\0`);
  }

  /** Idempotent. Chromium takes it as the request to quit. */
  close(): void {
    this.#end("closed by this process");
  }

  /** Settles when both streams are gone and hold no handle of the event loop. */
  async closed(): Promise<void> {
    const open = [this.#commands, this.#answers].filter((stream) => !stream.closed);
    await Promise.all(open.map((stream) => once(stream, "close")));
  }

  #end(reason: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#pieces = [];
    this.#answers.destroy();
    this.#commands.destroy();
    this.#tellClosed();
  }

  #tellClosed(): void {
    const listener = this.#onclose;
    this.#onclose = undefined;
    listener?.(this.#closed);
  }

  #receive(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NUL); end !== -1; end = chunk.indexOf(NUL, start)) {
      this.#pieces.push(chunk.subarray(start, end));
      const text = Buffer.concat(this.#pieces).toString();
      this.#pieces = [];
      start = end + 1;
      // One message a task, as on a socket: its consequences settle before the next one is seen.
      setImmediate(() => this.#deliver(text));
    }
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start));
  }

  #deliver(text: string): void {
    if (this.#closed !== undefined) return;
    let message: object;
    try {
      message = JSON.parse(text) as object;
    } catch {
      this.#end(`not a message: ${text.slice(0, 100)}`);
      return;
    }
    this.onmessage?.(message);
  }
}
