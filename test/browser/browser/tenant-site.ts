import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { onTestFinished } from "vitest";

export interface TenantSite {
  readonly origin: string;
  /** Requests that came, oldest first. */
  readonly requests: readonly { readonly path: string; readonly cookie: string; readonly userAgent: string }[];
}

/**
 * A site on loopback: `/` a page, `/cookie` the request's cookies, `/agent` its user agent, `/cached` a number that rises
 * with each request that reaches the server and may be cached for an hour, `/download` a file, `/worker.js` a service worker.
 */
export async function openTenantSite(): Promise<TenantSite> {
  const requests: { path: string; cookie: string; userAgent: string }[] = [];
  let served = 0;
  const answers: Record<string, (request: IncomingMessage) => { body: string; headers?: Record<string, string> }> = {
    "/cookie": (request) => ({ body: request.headers.cookie ?? "" }),
    "/agent": (request) => ({ body: request.headers["user-agent"] ?? "" }),
    "/cached": () => ({ body: String((served += 1)), headers: { "cache-control": "max-age=3600" } }),
    "/download": () => ({ body: "file", headers: { "content-disposition": "attachment; filename=file.txt" } }),
    "/worker.js": () => ({ body: "self.onfetch = () => {};", headers: { "content-type": "text/javascript" } }),
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push({ path, cookie: request.headers.cookie ?? "", userAgent: request.headers["user-agent"] ?? "" });
    const page = { body: "<!doctype html><title>site</title><p>hello</p>", headers: { "content-type": "text/html" } };
    const { body, headers } = answers[path]?.(request) ?? page;
    response.writeHead(200, { "cache-control": "no-store", ...headers }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
