import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface SelfTestSite {
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * A site on loopback for the self-test: `/as/NAME` sets the cookie `tenant=NAME`, `/cookie` answers with the cookie that
 * came. A real server and not an intercepted one, because the leak to be found is in the network stack: there `fetch()`
 * sends a neighbour's cookie while `document.cookie` still looks right.
 */
export async function openSelfTestSite(): Promise<SelfTestSite> {
  const server = createServer((request, response) => {
    const tenant = /^\/as\/(\w+)$/u.exec(request.url ?? "")?.[1];
    if (tenant !== undefined) response.setHeader("set-cookie", `tenant=${tenant}; Path=/`);
    response.setHeader("cache-control", "no-store");
    response.setHeader("content-type", tenant === undefined ? "text/plain" : "text/html");
    response.end(tenant === undefined ? (request.headers.cookie ?? "") : "<!doctype html><title>self-test</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
