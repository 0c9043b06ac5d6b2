import type { CdpMessage } from "./message.ts";

const CHANGES_COOKIES = new Set(["set-cookie", "clear-site-data"]);

/** Whether this event tells of an answer that sets or clears cookies: of a document, a redirect, a fetch or a WebSocket. */
function mayChangeCookies({ method, params }: CdpMessage): boolean {
  if (method === "Network.responseReceivedExtraInfo") return changes(params?.["headers"]);
  if (method !== "Network.webSocketHandshakeResponseReceived") return false;
  return changes((params?.["response"] as { readonly headers?: unknown } | undefined)?.headers);
}

function changes(headers: unknown): boolean {
  return Object.keys(headers ?? {}).some((name) => CHANGES_COOKIES.has(name.toLowerCase()));
}

/** Who waits for such answers, by context. */
export class CookieAnswers {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** @returns what ends it */
  listen(browserContextId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(browserContextId) ?? new Set();
    this.#listeners.set(browserContextId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(browserContextId) === listeners) {
        this.#listeners.delete(browserContextId);
      }
    };
  }

  received(browserContextId: string | undefined, message: CdpMessage): void {
    const listeners = this.#listeners.get(browserContextId ?? "");
    if (listeners && mayChangeCookies(message)) for (const listener of listeners) listener();
  }
}
