import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { text } from "node:stream/consumers";

export const ACCOUNT = { user: "Ann.Canary@shop.example", password: `c4nary "&+ wörd/${"x".repeat(60)}` } as const;

/** What the site does at the moment; a test may change it. */
interface Mood {
  /** `down`: every answer is 503. `api-down`: only scripts' requests are. `slow`: a login gets no answer. */
  state: "well" | "down" | "api-down" | "slow";
}

export interface LoginSite extends Mood {
  readonly origin: string;
  readonly log: string[];
  close(): Promise<void>;
}

/** How far away scripts' requests are answered: what a page shows first isn't what it shows in the end. */
const API_LATENCY_MS = 200;

const page = (body: string) => `<!doctype html><meta charset="utf-8"><title>shop</title>${body}`;
const escaped = (raw: string) => raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const form = (error = "") =>
  page(`${error}<form class="login" action="/login" method="post"><input name="user"><input name="password" type="password">
    <input name="off" disabled><button>in</button></form>`);
const ORDERS = '<ul class="orders"><li>1</li></ul>';

/** Answers through `fetch`, as many sites do: the page stays. */
const INLINE = page(`<input name="user"><input name="password"><button onclick="send()">in</button><script>
  async function send() {
    const value = (name) => document.querySelector('[name=' + name + ']').value;
    const answer = await fetch('/api/login', { method: 'POST', body: new URLSearchParams({ user: value('user'), password: value('password') }) });
    const words = await answer.text();
    const element = document.createElement('p');
    element.className = answer.ok ? 'welcome' : 'login-error';
    element.textContent = words;
    document.body.append(element);
  }</script>`);
const LATE = page(`<script>fetch('/api/me').then((answer) => {
  if (answer.ok) document.body.insertAdjacentHTML('beforeend', '${ORDERS}');
})</script>`);
/** Shows what is for members only until a script finds out that nobody is one. */
const FLASH = page(`${ORDERS}<script>fetch('/api/me').then((answer) => {
  if (!answer.ok) document.querySelector('.orders').remove();
})</script>`);
const LEADS_AWAY = page(`${ORDERS}<script>fetch('/api/me').then((answer) => {
  if (!answer.ok) location.href = '/login?from=script';
})</script>`);

/** A small shop on loopback with several kinds of login; one session at most. */
export async function openLoginSite(): Promise<LoginSite> {
  const mood: Mood = { state: "well" };
  const log: string[] = [];
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://shop");
    log.push(`${request.method} ${pathname}`);
    const body = new URLSearchParams(request.method === "POST" ? await text(request) : "");
    const known = request.headers.cookie?.includes("sid=good") ?? false;
    const send = (status: number, html: string, headers: Readonly<Record<string, string>> = {}) => {
      response.writeHead(status, { "content-type": "text/html", "cache-control": "no-store", ...headers });
      response.end(html);
    };
    const isApi = pathname.startsWith("/api/");
    if (isApi) await setTimeout(API_LATENCY_MS);
    if (mood.state === "down" || (mood.state === "api-down" && isApi)) {
      return send(503, page('<p class="login-error">down for maintenance</p>'));
    }
    const accepts = body.get("user") === ACCOUNT.user && body.get("password") === ACCOUNT.password;
    const cookie = { "set-cookie": "sid=good; Path=/; HttpOnly" };
    // Sites do quote what was typed.
    const words = `No account ${body.get("user")}\n with the password   ${body.get("password")}.`;
    switch (`${request.method} ${pathname}`) {
      case "POST /login":
        if (mood.state === "slow") return;
        if (!accepts) return send(401, form(`<p class="login-error">${escaped(words)}</p>`));
        return send(303, "", { location: "/account", ...cookie });
      case "POST /api/login":
        return accepts ? send(200, "Welcome", cookie) : send(403, words);
      case "GET /login":
        return send(200, form());
      case "GET /inline":
        return send(200, INLINE);
      case "GET /by-address":
        return send(200, form().replace('action="/login" method="post"', 'action="/echo" method="get"'));
      case "GET /account":
        return known ? send(200, page(ORDERS)) : send(303, "", { location: "/login?next=/account" });
      case "GET /account-401":
        return known ? send(200, page(ORDERS)) : send(401, form());
      case "GET /api/me":
        return send(known ? 200 : 401, "");
      case "GET /late":
        return send(200, LATE);
      case "GET /flash":
        return send(200, FLASH);
      case "GET /leads-away":
        return send(200, LEADS_AWAY);
      default:
        return send(200, page("nothing"));
    }
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return Object.assign(mood, { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, log, close });
}
