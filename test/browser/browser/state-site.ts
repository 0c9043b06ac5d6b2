import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { onTestFinished } from "vitest";

export interface StateSite {
  /** The same server by two names: to the browser they are two sites. */
  readonly origin: string;
  readonly otherOrigin: string;
  /** `name path`, oldest first. */
  readonly requests: string[];
  /** How often a connection was opened. */
  connections(): number;
}

/**
 * A site on loopback that does as it is told by its query: `c` is a Set-Cookie header, `to` redirects there, `frame` embeds
 * that address, `clear` sends Clear-Site-Data. `/cookie` answers the cookies that came.
 */
export async function openStateSite(): Promise<StateSite> {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", `http://${request.headers.host ?? ""}`);
    requests.push(`${url.hostname} ${url.pathname}`);
    const { searchParams: query } = url;
    const to = query.get("to");
    const frame = query.get("frame");
    if (query.has("c")) response.setHeader("set-cookie", query.getAll("c"));
    if (query.has("clear")) response.setHeader("clear-site-data", '"cookies"');
    if (to !== null) response.setHeader("location", to);
    response.setHeader("cache-control", "no-store");
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
    response.setHeader("access-control-allow-credentials", "true");
    response.setHeader("content-type", url.pathname === "/cookie" ? "text/plain" : "text/html");
    response.writeHead(to === null ? 200 : 302);
    const page = `<!doctype html><title>site</title>${frame === null ? "" : `<iframe src="${frame}"></iframe>`}`;
    response.end(url.pathname === "/cookie" ? (request.headers.cookie ?? "") : page);
  });
  server.on("connection", () => (connections += 1));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    otherOrigin: `http://localhost:${port}`,
    requests,
    connections: () => connections,
  };
}

/** Path and query that set these cookies. */
export function setting(path: string, ...cookies: readonly string[]): string {
  return `${path}?${new URLSearchParams(cookies.map((cookie) => ["c", cookie])).toString()}`;
}
