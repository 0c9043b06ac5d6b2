import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

const CARDS_PER_PAGE = 3;

/** A site of numbered lists and product pages that keeps every request, so that a test sees what was asked for twice. */
export interface ListSite {
  readonly origin: string;
  /** Method and path with query, in order. */
  readonly log: string[];
  /** Called with each request's number in the log, from 1. */
  onRequest: (number: number) => void;
  close(): Promise<void>;
}

export const skusOfPage = (page: number): readonly string[] =>
  Array.from({ length: CARDS_PER_PAGE }, (_, card) => `s${(page - 1) * CARDS_PER_PAGE + card + 1}`);

/** The list is at `/list?page=`, and asking behind its end is a 404. `/ring?page=` has three pages, the last leads to the first. */
export async function openListSite(pages: number): Promise<ListSite> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://site");
    if (url.pathname === "/favicon.ico") return void response.writeHead(404).end();
    site.log.push(`${request.method} ${request.url}`);
    site.onRequest(site.log.length);
    const { status, body, cookie } = answerTo(request, url, pages);
    const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
    response.writeHead(status, cookie === undefined ? headers : { ...headers, "set-cookie": cookie });
    response.end(`<!doctype html><title>${url.pathname}</title>${body}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const site: ListSite = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: [],
    onRequest: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return site;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly cookie?: string;
}

function answerTo(request: IncomingMessage, url: URL, pages: number): Answer {
  const page = Number(url.searchParams.get("page") ?? 1);
  const ok = (body: string) => ({ status: 200, body });
  const [, kind, sku = ""] = url.pathname.split("/");
  switch (kind) {
    case "list":
      return page > pages ? { status: 404, body: "no such page" } : ok(listPage("/list", page, pages, page + 1));
    case "ring":
      return ok(listPage("/ring", page, 3, page === 3 ? 1 : page + 1));
    case "growing":
      return ok(growingPage(pages));
    case "p":
      return ok(productPage(sku));
    case "specs":
      return ok(`<p class="weight">${sku}00 g</p>`);
    case "basket":
      return ok('<form method="post" action="/add"><button>add</button></form>');
    case "add":
      return { ...ok("<p>added</p>"), cookie: "basket=1" };
    case "down":
      return { status: 503, body: "" };
    case "grown":
      return ok("");
    case "done":
      return ok(`<p class="basket">${request.headers.cookie ?? "empty"}</p>`);
    default:
      return { status: 404, body: "" };
  }
}

const card = (sku: string) =>
  `<li class="card" data-sku="${sku}"><a class="name" href="/p/${sku}">Lamp ${sku}</a> <span class="price">€ ${sku.slice(1)}.50</span></li>`;

function listPage(path: string, page: number, pages: number, next: number): string {
  const link = next > pages ? "" : `<a rel="next" href="${path}?page=${next}">next</a>`;
  const count = `<p class="result-count">${pages * CARDS_PER_PAGE} products</p>`;
  return `<h1>Page ${page}</h1>${count}<ul>${skusOfPage(page).map(card).join("")}</ul>${link}`;
}

/** All cards of a list of `pages` pages, one page more at each click. */
function growingPage(pages: number): string {
  const lists = Array.from({ length: pages }, (_, index) =>
    skusOfPage(index + 1)
      .map(card)
      .join(""),
  );
  const script = `const pages = ${JSON.stringify(lists)}; let shown = 1;
    document.querySelector("button").onclick = ({ target }) => {
      document.querySelector("ul").insertAdjacentHTML("beforeend", pages[shown++]);
      fetch("/grown?page=" + shown);
      if (shown === pages.length) target.remove();
    };`;
  return `<ul>${lists[0]}</ul><button class="load-more">more</button><script>${script}</script>`;
}

function productPage(sku: string): string {
  const product = {
    "@context": "https://schema.org",
    "@type": "Product",
    name: `Lamp ${sku}`,
    sku,
    offers: { "@type": "Offer", price: `${sku.slice(1)}.50`, priceCurrency: "EUR" },
  };
  return `<script type="application/ld+json">${JSON.stringify(product)}</script>
    <h1>Lamp ${sku}</h1><p class="gtin">40000000${sku.slice(1).padStart(5, "0")}</p>
    <form method="post" action="/add"><button>add</button></form>`;
}
