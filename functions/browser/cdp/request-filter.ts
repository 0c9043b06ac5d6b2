import type { BlockableType } from "./context-steering.ts";
import type { CdpMessage } from "./message.ts";

/** Workers load no images, fonts or media; a target of another kind has no Fetch domain. */
const LOADERS = new Set(["page", "iframe"]);

export function loadsResources(targetType: string): boolean {
  return LOADERS.has(targetType);
}

/**
 * One session's Fetch domain, shared by Playwright (for its routes and credentials) and the resource policy. The
 * browser holds one list of patterns for a session, so the two are merged here and the events parted again.
 */
export class RequestFilter {
  #blocked: readonly BlockableType[] = [];
  /** Headers of the next document, when the browser would send wrong ones. */
  #correction: ReadonlyMap<string, string> | undefined;
  #routing: Readonly<Record<string, unknown>> | undefined;

  /** @returns the command that makes the browser do so */
  block(types: readonly BlockableType[]): CdpMessage {
    this.#blocked = types;
    return this.#command();
  }

  /** Sets headers of the next document's request, where it has them. @returns the command that makes the browser do so */
  correctNextDocument(headers: ReadonlyMap<string, string>): CdpMessage {
    this.#correction = headers;
    return this.#command();
  }

  /** Playwright's own `Fetch.enable` or `Fetch.disable`, as the browser should get it. */
  route(command: CdpMessage): CdpMessage {
    this.#routing = command.method === "Fetch.enable" ? (command.params ?? {}) : undefined;
    return { ...command, ...this.#command() };
  }

  /** What becomes of a paused request: the commands that say so, or `undefined` when Playwright decides. */
  decide(params: Readonly<Record<string, unknown>>): readonly CdpMessage[] | undefined {
    const { requestId, resourceType, responseStatusCode, responseErrorReason } = params;
    const atRequest = responseStatusCode === undefined && responseErrorReason === undefined;
    if (atRequest && this.#blocked.some((type) => type === resourceType)) {
      return [{ method: "Fetch.failRequest", params: { requestId, errorReason: "BlockedByClient" } }];
    }
    if (this.#routing) return undefined;
    const proceed = { method: "Fetch.continueRequest", params: { requestId } };
    if (!this.#correction || resourceType !== "Document") return [proceed];
    const headers = corrected(params["request"] as { headers: Record<string, string> }, this.#correction);
    this.#correction = undefined;
    return [{ ...proceed, params: { requestId, headers } }, this.#command()];
  }

  #command(): CdpMessage {
    const types = [...this.#blocked, ...(this.#correction ? ["Document"] : [])];
    const own = types.map((resourceType) => ({ resourceType, requestStage: "Request" }));
    if (!this.#routing) return own.length > 0 ? { method: "Fetch.enable", params: { patterns: own } } : disable();
    // Without patterns of its own, `Fetch.enable` matches every request.
    const routed = this.#routing["patterns"] as readonly unknown[] | undefined;
    const patterns = [...(routed ?? [{ urlPattern: "*" }]), ...own];
    return { method: "Fetch.enable", params: { ...this.#routing, patterns } };
  }
}

function corrected({ headers }: { headers: Record<string, string> }, correction: ReadonlyMap<string, string>) {
  return Object.entries(headers).map(([name, value]) => ({ name, value: correction.get(name.toLowerCase()) ?? value }));
}

function disable(): CdpMessage {
  return { method: "Fetch.disable", params: {} };
}
