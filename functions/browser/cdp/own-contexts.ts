import type { CdpMessage, TargetInfo } from "./message.ts";

/**
 * How long another client's popup is held. A browser lets a new target run when each client that stops new targets has let
 * it go; a client that lets it go at once takes away the other's time to set it up (measured: 7 of 30 popups ran without
 * their init scripts, routes or user agent). How long the other takes can't be seen, so this is a guess with room: setting
 * up takes a Playwright some 20 ms.
 */
const FOREIGN_POPUP_HOLD_MS = 250;

/**
 * Which browser contexts this connection made. With several clients on one browser each is told of every target, and
 * Playwright takes a context that it doesn't know for its default one: it would set up the neighbour's pages in its own
 * way and dismiss their dialogs.
 */
export class OwnContexts {
  readonly #ids = new Set<string>();
  readonly #creations = new Set<number>();

  sent({ id, method }: CdpMessage): void {
    if (method === "Target.createBrowserContext" && id !== undefined) this.#creations.add(id);
  }

  received({ id, result }: CdpMessage): void {
    if (id === undefined || !this.#creations.delete(id)) return;
    if (typeof result?.["browserContextId"] === "string") this.#ids.add(result["browserContextId"]);
  }

  /** A target that another client or nobody of this connection made; `undefined` for any other message. */
  foreignTarget({ method, params, sessionId }: CdpMessage): ForeignTarget | undefined {
    if (method !== "Target.attachedToTarget" || sessionId !== undefined) return undefined;
    const target = params?.["targetInfo"] as TargetInfo;
    if (target.type === "browser" || this.#ids.has(target.browserContextId ?? "")) return undefined;
    const stopped = params?.["waitingForDebugger"] === true;
    // A page that a client opens itself is blank until that client has set it up: only a popup has something to lose.
    const isPopup = target.type === "page" && target.openerId !== undefined;
    return { sessionId: String(params?.["sessionId"]), holdMs: stopped && isPopup ? FOREIGN_POPUP_HOLD_MS : 0 };
  }
}

export interface ForeignTarget {
  readonly sessionId: string;
  /** How long to wait before letting it go. */
  readonly holdMs: number;
}

/** What lets a target go: it may run, and this connection hears no more of it. */
export function letGo({ sessionId }: ForeignTarget): readonly CdpMessage[] {
  return [
    { method: "Runtime.runIfWaitingForDebugger", sessionId },
    { method: "Target.detachFromTarget", params: { sessionId } },
  ];
}
