import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { onTestFinished } from "vitest";

export interface Sites {
  /** The same server under another name: to a browser another site. From 1. */
  readonly origin: (site: number) => string;
}

/** Sites on loopback, one per address of 127/8. `/` is an empty page, `/frame` one with a frame of site 99. */
export async function openSites(): Promise<Sites> {
  const server = createServer((request, response) => {
    const frame = request.url === "/frame" ? `<iframe src="http://127.0.0.99:${port()}/"></iframe>` : "";
    response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>site</title>${frame}`);
  });
  const port = () => (server.address() as AddressInfo).port;
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  return { origin: (site) => `http://127.0.0.${site}:${port()}` };
}
