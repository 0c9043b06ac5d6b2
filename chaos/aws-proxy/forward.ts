import { once } from "node:events";
import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

import type { ReceivedRequest } from "./aws-request.ts";
import type { Answer } from "./refusals.ts";

/** They belong to one connection, not to what travels over it. */
const OF_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "expect"]);

/**
 * Has a request carried out, on a connection of its own: one that the emulator closes while it is idle would be a fault that
 * nobody asked for. Rejects where the emulator doesn't answer.
 */
export async function forward(targetUrl: string, { method, path, headers, body }: ReceivedRequest): Promise<Answer> {
  const sent = request(new URL(path, targetUrl), {
    method,
    agent: false,
    headers: { ...travelling(headers), "content-length": body.length },
  });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const answered = await buffer(answer);
  // A HEAD says how long the body would be, and sends none.
  const length = method === "HEAD" ? answer.headers["content-length"] : undefined;
  return {
    status: answer.statusCode ?? 502,
    headers: { ...travelling(answer.headers), ...(length === undefined ? {} : { "content-length": length }) },
    body: answered,
  };
}

function travelling(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || OF_CONNECTION.has(name) ? [] : [[name, value]],
    ),
  );
}
