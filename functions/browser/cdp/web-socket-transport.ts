import type { ConnectOverCDPTransport } from "playwright-core";

/** The DevTools protocol over a WebSocket: one JSON message a frame. */
export class WebSocketTransport implements ConnectOverCDPTransport {
  onmessage?: (message: object) => void;
  readonly #socket: WebSocket;
  #onclose: ((reason?: string) => void) | undefined;
  #closed: string | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#deliver(String(data)));
    socket.addEventListener("close", ({ code, reason }) => this.#end(`closed with code ${code} ${reason}`.trim()));
  }

  get onclose(): ((reason?: string) => void) | undefined {
    return this.#onclose;
  }

  /** Told once; at once when the socket has closed already. */
  set onclose(listener: ((reason?: string) => void) | undefined) {
    this.#onclose = listener;
    if (this.#closed !== undefined) this.#tellClosed();
  }

  /** @throws Error when the socket has closed */
  send(message: object): void {
    if (this.#closed !== undefined) throw new Error(`The browser's connection has ended: ${this.#closed}`);
    this.#socket.send(JSON.stringify(message));
  }

  /** Idempotent. The browser goes on; what this connection made there goes. */
  close(): void {
    this.#socket.close();
    this.#end("closed by this process");
  }

  #deliver(text: string): void {
    if (this.#closed === undefined) this.onmessage?.(JSON.parse(text) as object);
  }

  #end(reason: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#tellClosed();
  }

  #tellClosed(): void {
    const listener = this.#onclose;
    this.#onclose = undefined;
    listener?.(this.#closed);
  }
}

/** Settles when the socket is open. @throws Error when it can't be, or the signal's reason */
export async function openWebSocket(url: string, signal: AbortSignal): Promise<WebSocket> {
  signal.throwIfAborted();
  const socket = new WebSocket(url);
  const opened = Promise.withResolvers<void>();
  const abort = () => opened.reject(signal.reason);
  const fail = () => opened.reject(new Error("the WebSocket was refused or closed"));
  signal.addEventListener("abort", abort, { once: true });
  socket.addEventListener("open", () => opened.resolve(), { once: true });
  socket.addEventListener("close", fail, { once: true });
  // Said again by `close`, which always follows.
  socket.addEventListener("error", () => {});
  try {
    await opened.promise;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
    socket.removeEventListener("close", fail);
  }
}
