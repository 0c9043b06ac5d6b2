import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a runtime reports when something went wrong, in the Runtime API's words. */
export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export type RuntimeAnswer =
  | { readonly kind: "response"; readonly body: string }
  | { readonly kind: "error"; readonly error: RuntimeError };

export interface RuntimeInvocation {
  readonly requestId: string;
  readonly payload: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
}

export interface RuntimeListener {
  /** The runtime asks for an invocation: what it did before is over. */
  idle(): void;
  answered(requestId: string, answer: RuntimeAnswer): void;
  initFailed(error: RuntimeError): void;
}

const ROOT = "/2018-06-01/runtime/";

/**
 * The Lambda Runtime API of one container, on a loopback port of its own.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #server: Server;
  readonly #listener: RuntimeListener;
  #waiting: ServerResponse | undefined;
  #current: string | undefined;

  constructor(listener: RuntimeListener) {
    this.#listener = listener;
    this.#server = createServer((request, response) => void this.#handle(request, response));
    // A runtime may wait hours for its next invocation, and it may be frozen in the middle of a request.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
  }

  /** Answers `host:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  async listen(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands an invocation to the runtime, which must be waiting for one. */
  deliver(invocation: RuntimeInvocation): void {
    const response = this.#waiting;
    if (!response) throw new Error("the runtime isn't waiting for an invocation");
    this.#waiting = undefined;
    this.#current = invocation.requestId;
    response.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.requestId,
      "lambda-runtime-deadline-ms": String(invocation.deadlineMs),
      "lambda-runtime-invoked-function-arn": invocation.functionArn,
      "lambda-runtime-trace-id": invocation.traceId,
    });
    response.end(invocation.payload);
  }

  async close(): Promise<void> {
    await new Promise<void>((closed) => {
      this.#server.close(() => closed());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").slice(ROOT.length);
    if (request.method === "GET" && path === "invocation/next") {
      this.#waiting = response;
      this.#listener.idle();
      return;
    }
    const body = await readBody(request).catch(() => undefined);
    // The container was killed in the middle of its answer; whoever watches the process reports it.
    if (body === undefined) return;
    const [, requestId, what] = /^invocation\/([^/]+)\/(response|error)$/u.exec(path) ?? [];
    if (path === "init/error") {
      accept(response);
      this.#listener.initFailed(readError(body));
    } else if (requestId === undefined || what === undefined) {
      refuse(response, 404, "UnknownPath", `${request.method} ${request.url} is not part of the Runtime API`);
    } else if (requestId === this.#current) {
      this.#current = undefined;
      accept(response);
      const answer: RuntimeAnswer =
        what === "response" ? { kind: "response", body } : { kind: "error", error: readError(body) };
      this.#listener.answered(requestId, answer);
    } else {
      refuse(response, 400, "InvalidRequestID", `${requestId} is not the invocation in hand`);
    }
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { "content-type": "application/json" }).end(JSON.stringify({ status: "OK" }));
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ errorType, errorMessage }));
}

function readError(body: string): RuntimeError {
  try {
    const { errorType, errorMessage } = JSON.parse(body) as Partial<RuntimeError>;
    return { errorType: errorType ?? "Unhandled", errorMessage: errorMessage ?? "" };
  } catch {
    return { errorType: "Unhandled", errorMessage: body.slice(0, 2_000) };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
