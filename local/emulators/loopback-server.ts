import { once } from "node:events";
import { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";

/** A stand-in for one AWS service, on a loopback port of its own. */
export interface LoopbackServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function serveOnLoopback(app: Hono): Promise<LoopbackServer> {
  const server = createAdaptorServer({ fetch: app.fetch });
  if (!(server instanceof Server)) throw new Error("expected a plain HTTP server");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
