import type { EndpointPools } from "../../browser/endpoint-pools.ts";
import type { CredentialStore } from "../../core/session/credentials.ts";
import type { Seal } from "../../core/session/seal.ts";
import type { SessionDefinition, SessionRecord } from "../../core/session/session.ts";
import type { SessionStore } from "../../core/session/session-store.ts";
import type { LoginStrategy } from "../../strategies/contract/define-login.ts";

/** How long a session's definition is believed without asking: it only changes when an operator replaces the session. */
const DEFINITION_MS = 60_000;

export interface SessionRoomOptions {
  readonly store: SessionStore;
  readonly seal: Seal;
  readonly credentials: CredentialStore;
  readonly logins: ReadonlyMap<string, LoginStrategy>;
  /** Browsers that sessions bring along. */
  readonly endpoints: Pick<EndpointPools, "get" | "settled" | "watch">;
}

/** What a container keeps of sessions over all its invocations: adapters, and what never is a secret. */
export class SessionRoom implements SessionRoomOptions {
  readonly store: SessionStore;
  readonly seal: Seal;
  readonly credentials: CredentialStore;
  readonly logins: ReadonlyMap<string, LoginStrategy>;
  readonly endpoints: Pick<EndpointPools, "get" | "settled" | "watch">;
  readonly #definitions = new Map<string, { readonly definition: SessionDefinition; readonly atMs: number }>();
  readonly #lookedForDueAtMs = new Map<string, number>();

  constructor(options: SessionRoomOptions) {
    this.store = options.store;
    this.seal = options.seal;
    this.credentials = options.credentials;
    this.logins = options.logins;
    this.endpoints = options.endpoints;
  }

  /** One read, and none within a minute of the last; undefined where there's no such session. */
  async definitionOf(name: string, nowMs: number): Promise<SessionDefinition | undefined> {
    const known = this.#definitions.get(name);
    if (known !== undefined && nowMs - known.atMs < DEFINITION_MS) return known.definition;
    const record = await this.store.read(name);
    if (record !== undefined) this.learn(record, nowMs);
    return record;
  }

  learn(record: SessionRecord, nowMs: number): void {
    // Without its state: a cache is no place for a login.
    const { sealed: _, ...definition } = record;
    this.#definitions.set(record.name, { definition, atMs: nowMs });
  }

  /** Whether it is this container's turn to look for sessions of a pool whose re-check is due: once in each `everyMs`. */
  looksForDue(pool: string, everyMs: number, nowMs: number): boolean {
    const lastMs = this.#lookedForDueAtMs.get(pool);
    if (lastMs !== undefined && nowMs - lastMs < everyMs) return false;
    this.#lookedForDueAtMs.set(pool, nowMs);
    return true;
  }
}
