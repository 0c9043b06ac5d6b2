import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import type { ListWork } from "../plan/plan.ts";
import { listPage } from "./list-page.ts";
import { TROUBLE_PAGES } from "./trouble-pages.ts";

/** One request for a page of a list, as the site saw it. */
export interface SiteVisit {
  readonly job: string;
  readonly page: number;
  readonly atMs: number;
  readonly connection: SiteConnection;
  readonly foreign: string[];
}

export interface SiteConnection {
  readonly openedAtMs: number;
  /** Whose process opened it; undefined where it had gone by then. */
  readonly owner: string | undefined;
}

/** What the site does to one request for a page of a list, instead of answering it; undefined: it answers. */
export type SiteTrouble = (
  visit: SiteVisit,
) => "unavailable" | "reset" | "hang" | { readonly slowMs: number } | undefined;

export interface SiteOptions {
  /** Asked at each new connection, at once: its other end may be gone a moment later. */
  readonly ownerOf: (clientPort: number, sitePort: number) => string | undefined;
  readonly onVisit: (visit: SiteVisit) => void;
}

/** The site that all jobs work on: lists whose every page takes its time and knows whose it is, and pages that make trouble. */
export interface Site {
  readonly host: string;
  readonly origin: string;
  /** The lists that there are from now on. */
  serve(lists: ReadonlyMap<string, ListWork>): void;
  trouble(trouble: SiteTrouble | undefined): void;
  /** Cuts every connection. Idempotent. */
  close(): Promise<void>;
}

export async function startSite({ ownerOf, onVisit }: SiteOptions): Promise<Site> {
  let lists: ReadonlyMap<string, ListWork> = new Map();
  let trouble: SiteTrouble | undefined;
  let last = new Map<string, SiteVisit>();
  const connections = new WeakMap<Socket, SiteConnection>();

  function connectionOf(socket: Socket): SiteConnection {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const { remotePort = 0, localPort = 0 } = socket;
    return { openedAtMs: Date.now(), owner: ownerOf(remotePort, localPort) };
  }

  async function list(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> {
    const job = query.get("job") ?? "";
    const page = Number(query.get("page"));
    const cookie = /(?:^|; )job=([^;]*)/u.exec(request.headers.cookie ?? "")?.[1];
    const foreign = cookie === undefined || cookie === job ? [] : [cookie];
    const visit = { job, page, atMs: Date.now(), connection: connectionOf(request.socket), foreign };
    last.set(job, visit);
    onVisit(visit);
    const work = lists.get(job);
    if (work === undefined || page > work.pages) return answer(response, 404, "there is no such page");
    const does = trouble?.(visit);
    if (does === "hang") return;
    if (does === "reset") return void request.socket.resetAndDestroy();
    if (does === "unavailable") return answer(response, 503, "not now");
    await delay(work.pageMs + (does?.slowMs ?? 0));
    response.setHeader("set-cookie", `job=${job}; Path=/`);
    answer(response, 200, listPage(job, page));
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://site");
    if (url.pathname === "/list") return void list(request, response, url.searchParams);
    if (url.pathname === "/foreign") {
      last.get(url.searchParams.get("job") ?? "")?.foreign.push(url.searchParams.get("saw") ?? "");
      return answer(response, 204, "");
    }
    const page = /^\/trouble\/([a-z-]+)/u.exec(url.pathname)?.[1] ?? "";
    const serve = TROUBLE_PAGES[page] ?? TROUBLE_PAGES[page.replace(/x+$/u, "")];
    if (serve === undefined) return answer(response, 404, "there is no such page");
    serve(request, response);
  });
  server.on("connection", (socket: Socket) => {
    connections.set(socket, connectionOf(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  let closed: Promise<unknown> | undefined;
  return {
    host,
    origin: `http://${host}`,
    serve: (next) => {
      lists = next;
      last = new Map();
    },
    trouble: (next) => {
      trouble = next;
    },
    close: async () => {
      closed ??= once(server.close(), "close");
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/html" });
  response.end(body);
}
