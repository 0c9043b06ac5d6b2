import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";

import { jsonOf, readAwsRequest, type AwsRequest, type ReceivedRequest } from "./aws-request.ts";
import { FaultRules, type Fault, type FaultRule } from "./fault-rule.ts";
import { forward } from "./forward.ts";
import { withFailedEntries, withoutEntries } from "./partial-batch.ts";
import { failed, throttled, type Answer } from "./refusals.ts";

/** What became of one request. */
export interface Exchange extends AwsRequest {
  /** The emulator's own status: a write happened where it is 2xx, whatever the caller was told. Undefined: it was never asked. */
  readonly status: number | undefined;
  /** The JSON of the emulator's own answer. */
  readonly output: unknown;
  readonly fault: Fault["kind"] | undefined;
  readonly receivedAtMs: number;
  /** When the emulator had answered, or the fault was done. The write happened between the two times. */
  readonly endedAtMs: number;
}

export interface AwsProxyOptions {
  readonly targetUrl: string;
  /**
   * Called once for each request, in the order in which they ended, and before the caller has any answer. A `hang` is told
   * at once, since it never ends.
   */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Draws for rules with a probability. Seeded, the same requests in the same order meet the same faults. */
  readonly random?: () => number;
}

/** Stands on 127.0.0.1 before an emulator of any AWS service, or of several at once, and answers as the rules say. */
export interface AwsProxy {
  readonly url: string;
  /** From the next request on. What is hanging or late already stays so. */
  setRules(rules: readonly FaultRule[]): void;
  /** Closes every connection, the hanging ones too; late requests that are not yet carried out never are. Idempotent. */
  close(): Promise<void>;
}

export async function startAwsProxy({
  targetUrl,
  onExchange = () => {},
  random = Math.random,
}: AwsProxyOptions): Promise<AwsProxy> {
  let rules = new FaultRules([], random);
  const closing = new AbortController();

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const receivedAtMs = Date.now();
    const { method = "GET", url = "/", headers } = incoming;
    const received: ReceivedRequest = { method, path: url, headers, body: await buffer(incoming) };
    const request = readAwsRequest(received);
    const fault = rules.choose(request);
    const tell = (asked: Answer | undefined) => {
      const output = asked === undefined ? undefined : jsonOf(asked.body.toString());
      onExchange({
        ...request,
        status: asked?.status,
        output,
        fault: fault?.kind,
        receivedAtMs,
        endedAtMs: Date.now(),
      });
    };
    const carryOut = async (body = received.body) => {
      const asked = await forward(targetUrl, { ...received, body });
      tell(asked);
      return asked;
    };
    switch (fault?.kind) {
      case undefined:
        return send(outgoing, await carryOut());
      case "throttle":
        tell(undefined);
        return send(outgoing, throttled(request, fault.code));
      case "error":
        tell(undefined);
        return send(outgoing, failed(request, fault.status));
      case "slow": {
        await wait(fault.beforeMs ?? 0, undefined, { signal: closing.signal });
        const asked = await carryOut();
        await wait(fault.afterMs ?? 0, undefined, { signal: closing.signal });
        return send(outgoing, asked);
      }
      case "hang":
        return tell(undefined);
      case "reset":
        tell(undefined);
        incoming.socket.resetAndDestroy();
        return undefined;
      case "lost-answer":
        await carryOut();
        outgoing.destroy();
        return undefined;
      case "cut-answer":
        return begin(outgoing, await carryOut(), () => outgoing.destroy());
      case "stalled-answer":
        return begin(outgoing, await carryOut(), () => {});
      case "partial": {
        const { entries } = fault;
        const rest = withoutEntries(received.body, entries);
        const asked = isEmpty(rest) ? undefined : await carryOut(rest);
        if (asked === undefined) tell(undefined);
        return send(outgoing, withFailedEntries(received.body, entries, asked));
      }
    }
  }

  const server = createServer((incoming, outgoing) => {
    // The caller, the emulator or the proxy is gone: there's nobody to answer, or nothing to answer with.
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // A caller that keeps its connections never meets one that the proxy closed meanwhile, unless a rule says so.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  let closed: Promise<unknown> | undefined;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setRules(next) {
      rules = new FaultRules(next, random);
    },
    async close() {
      closing.abort();
      closed ??= once(server.close(), "close");
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  outgoing.writeHead(status, {
    ...headers,
    ...(headers["content-length"] === undefined ? { "content-length": body.length } : {}),
  });
  outgoing.end(body);
}

/** Half of an answer, at the least its first byte. */
function begin(outgoing: ServerResponse, { status, headers, body }: Answer, then: () => void): void {
  outgoing.writeHead(status, { ...headers, "content-length": Math.max(2, body.length) });
  outgoing.write(body.length < 2 ? Buffer.from(" ") : body.subarray(0, body.length >> 1), then);
}

function isEmpty(batch: Buffer): boolean {
  return (jsonOf(batch.toString()) as { readonly Entries?: readonly unknown[] }).Entries?.length === 0;
}
