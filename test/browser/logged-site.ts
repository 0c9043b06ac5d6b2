import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

import { onTestFinished } from "vitest";

export interface Answer {
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

interface LoggedRequest {
  readonly path: string;
  readonly host: string;
  readonly headers: IncomingHttpHeaders;
}

export interface LoggedSite {
  /** The site by two names: to the browser they are two sites. */
  readonly origin: string;
  readonly otherOrigin: string;
  readonly requests: LoggedRequest[];
  paths(): string[];
  requestOf(path: string): LoggedRequest | undefined;
}

/** A site on loopback that keeps a log of its requests. Paths it has no answer for get an empty page. */
export async function openLoggedSite(
  answers: (origins: { origin: string; otherOrigin: string }) => Readonly<Record<string, Answer>>,
): Promise<LoggedSite> {
  const requests: LoggedRequest[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push({ path, host: request.headers.host ?? "", headers: request.headers });
    const answer = table[path] ?? { type: "text/html", body: `<!doctype html><title>${path}</title>` };
    response.writeHead(200, { "content-type": answer.type, "cache-control": "no-store", ...answer.headers });
    response.end(answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  const origins = { origin: `http://127.0.0.1:${port}`, otherOrigin: `http://localhost:${port}` };
  const table = answers(origins);
  return {
    ...origins,
    requests,
    paths: () => requests.map(({ path }) => path),
    requestOf: (path) => requests.find((request) => request.path === path),
  };
}
