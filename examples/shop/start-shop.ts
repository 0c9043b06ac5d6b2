import { createAdaptorServer } from "@hono/node-server";
import { once } from "node:events";
import { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie } from "hono/cookie";
import { DEFAULT_SEED, makeCatalogue } from "./catalogue.ts";
import { indexShop } from "./listing.ts";
import { makeMembers, type MembersControl, type MembersOptions } from "./members.ts";
import { notFoundPage } from "./pages/not-found.ts";
import { makeRequestLog, type RequestRecord } from "./request-log.ts";
import { accountRoutes } from "./routes/account.ts";
import { browseRoutes } from "./routes/browse.ts";
import { fileRoutes } from "./routes/files.ts";
import { memberGate } from "./routes/member-gate.ts";
import { memberRoutes } from "./routes/members.ts";
import { troubleRoutes, waited } from "./routes/trouble.ts";
import { truthRoutes } from "./routes/truth.ts";
import { SESSION_COOKIE, show, type ShopApp, type ShopContext, VISITOR_COOKIE } from "./shop-context.ts";
import { shopTruth, type ShopTruth } from "./truth.ts";
import { makeVisitors } from "./visitors.ts";

export interface ShopOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number;
  /** Added to every answer; 0 by default. */
  readonly latencyMs?: number;
  readonly seed?: number;
  /** Who may log in; `demo` and `demo` by default. */
  readonly user?: string;
  readonly password?: string;
  readonly members?: MembersOptions;
}

export interface Shop {
  /** Like `http://127.0.0.1:41234`, without a slash at the end. */
  readonly origin: string;
  readonly truth: ShopTruth;
  readonly members: MembersControl;
  /** The newest 10,000 requests, oldest first. */
  requests(): readonly RequestRecord[];
  /** Ends open connections and waiting answers; may be called again. */
  close(): Promise<void>;
}

const MAX_FORM_BYTES = 16 * 1024;

/** Starts the shop on 127.0.0.1. Rejects when the port is taken. */
export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const { port = 0, latencyMs = 0, seed = DEFAULT_SEED, user = "demo", password = "demo" } = options;
  const catalogue = makeCatalogue(seed);
  const index = indexShop(catalogue);
  const closing = new AbortController();
  const shop: ShopContext = {
    index,
    truth: shopTruth(catalogue),
    visitors: makeVisitors(index, { user, password }),
    members: makeMembers(options.members),
    closing: closing.signal,
  };
  const log = makeRequestLog();
  const app: ShopApp = new Hono();

  app.use(async (c, next) => {
    log.add({
      atMs: Date.now(),
      method: c.req.method,
      path: c.req.url.slice(new URL(c.req.url).origin.length),
      visitor: getCookie(c, VISITOR_COOKIE) ?? null,
      session: getCookie(c, SESSION_COOKIE) ?? null,
      userAgent: c.req.header("User-Agent") ?? null,
    });
    await next();
  });
  // Before the latency: a request that waits is under way, and overlaps with others.
  memberGate(app, shop);
  app.use(async (_c, next) => {
    if (latencyMs > 0) await waited(latencyMs, closing.signal);
    await next();
  });
  app.use(bodyLimit({ maxSize: MAX_FORM_BYTES }));
  browseRoutes(app, shop);
  accountRoutes(app, shop);
  memberRoutes(app, shop);
  truthRoutes(app, shop);
  troubleRoutes(app, shop);
  fileRoutes(app, shop);
  app.notFound((c) => show(c, shop, notFoundPage(), 404));

  const server = createAdaptorServer({ fetch: app.fetch });
  if (!(server instanceof Server)) throw new Error("The shop needs a plain HTTP server.");
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  let closed: Promise<void> | undefined;
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    truth: shop.truth,
    members: shop.members,
    requests: () => log.records(),
    close: () => (closed ??= closeServer(server, closing)),
  };
}

async function closeServer(server: Server, closing: AbortController): Promise<void> {
  const gone = once(server, "close");
  closing.abort();
  server.close();
  server.closeAllConnections();
  await gone;
}
