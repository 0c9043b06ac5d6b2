import { chromium, type Browser } from "playwright-core";

import { withDeadline } from "../deadline.ts";
import { connectSteered } from "./connect-steered.ts";
import { EndpointUnavailable } from "./endpoint-unavailable.ts";
import { openWebSocket, WebSocketTransport } from "./web-socket-transport.ts";

const CLOSE_DEADLINE_MS = 5_000;
const PLAYWRIGHT = "playwright+";
const FORMS = "Give http://host:9222, ws://host:9222/devtools/browser/…, or playwright+ws://host/…";
const CHECK_CDP = "Is Chrome running there with --remote-debugging-port, and does it let this machine in?";
const CHECK_PLAYWRIGHT = "Is a Playwright server of the same version running there?";

export interface ConnectedBrowser {
  readonly browser: Browser;
  /** Closes the connection, and with it the contexts it made; the browser goes on. Idempotent and bounded. */
  close(): Promise<void>;
}

/**
 * Connects to a browser that somebody else runs. Over CDP, contexts of other clients on the same browser are neither seen
 * nor touched.
 * @param endpoint `http(s)://host:9222` or `ws(s)://…/devtools/browser/…` (CDP), `playwright+ws(s)://…` (Playwright server)
 * @throws EndpointUnavailable, or the signal's reason
 */
export async function connectEndpoint(endpoint: string, signal: AbortSignal): Promise<ConnectedBrowser> {
  signal.throwIfAborted();
  const { protocol } = parse(endpoint);
  const [connect, advice] = protocol.startsWith(PLAYWRIGHT)
    ? [overPlaywright(endpoint.slice(PLAYWRIGHT.length)), CHECK_PLAYWRIGHT]
    : [overCdp(endpoint, signal), CHECK_CDP];
  try {
    return closable(await unlessAborted(connect, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EndpointUnavailable) throw error;
    throw new EndpointUnavailable(endpoint, reasonOf(error), advice, error);
  }
}

function parse(endpoint: string): URL {
  const known = /^(?:https?|(?:playwright\+)?wss?):$/u;
  if (URL.canParse(endpoint) && known.test(new URL(endpoint).protocol)) return new URL(endpoint);
  throw new EndpointUnavailable(endpoint, "not an endpoint that can be connected to", FORMS);
}

async function overPlaywright(url: string): Promise<Browser> {
  return chromium.connect(url);
}

async function overCdp(endpoint: string, signal: AbortSignal): Promise<Browser> {
  const url = endpoint.startsWith("http") ? await browserSocketOf(endpoint, signal) : endpoint;
  const transport = new WebSocketTransport(await openWebSocket(url, signal));
  try {
    return await connectSteered(transport, { noDefaults: true, timeout: 0 }, "own contexts only");
  } catch (error) {
    transport.close();
    throw error;
  }
}

async function browserSocketOf(endpoint: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(new URL("/json/version", endpoint), { signal });
  if (!answer.ok) throw new Error(`/json/version answered ${answer.status}`);
  const { webSocketDebuggerUrl } = (await answer.json()) as { webSocketDebuggerUrl?: string };
  if (webSocketDebuggerUrl === undefined) throw new Error("/json/version names no webSocketDebuggerUrl");
  return webSocketDebuggerUrl;
}

/** A connection that comes after the signal is closed again. */
async function unlessAborted(connecting: Promise<Browser>, signal: AbortSignal): Promise<Browser> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([connecting, aborted.promise]);
  } catch (error) {
    if (signal.aborted) connecting.then((browser) => browser.close()).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function closable(browser: Browser): ConnectedBrowser {
  let closing: Promise<void> | undefined;
  // The browser disposes of a connection's contexts when the connection goes.
  const close = () => withDeadline(browser.close(), CLOSE_DEADLINE_MS, "disconnecting").catch(() => {});
  return { browser, close: () => (closing ??= close()) };
}

function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
