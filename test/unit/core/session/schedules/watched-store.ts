import { decodeState } from "../../../../../functions/core/session/state/encoded-state.ts";
import type { SessionChange, SessionStore } from "../../../../../functions/core/session/session-store.ts";
import type { SessionLease, SessionRecord } from "../../../../../functions/core/session/session.ts";
import type { SessionState } from "../../../../../functions/core/session/state/session-state.ts";
import { emptyState } from "../../../../../functions/core/session/state/states.ts";

/** A guarantee that a schedule broke. */
export class Violation extends Error {
  override readonly name = "Violation";
}

interface Watched {
  takes: number;
  current: SessionLease | undefined;
  refused: number;
  /** Elections won, by the fence that they started from. */
  readonly elections: Set<number>;
}

/** Looks over a store's shoulder: who was given a lease, and whose writes it let through. Knows nothing of its rules. */
export class WatchedStore {
  readonly #inner: SessionStore;
  readonly #seen = new Map<string, Watched>();
  constructor(inner: SessionStore) {
    this.#inner = inner;
  }

  async create(...request: Parameters<SessionStore["create"]>): Promise<void> {
    await this.#inner.create(...request);
    this.#seen.set(request[0].name, { takes: 0, current: undefined, refused: 0, elections: new Set() });
  }

  async read(name: string): Promise<SessionRecord> {
    const record = await this.#inner.read(name);
    if (record === undefined) throw new Violation(`${name} is gone`);
    return record;
  }

  async take(...request: Parameters<SessionStore["take"]>): ReturnType<SessionStore["take"]> {
    const [{ name, ifFence }] = request;
    const before = await this.read(name);
    const take = await this.#inner.take(...request);
    await this.#neverFalls(before);
    if (take.kind !== "taken") return take;
    const { lease } = take;
    const seen = this.#of(name);
    if (lease.fence !== before.fence + 1) throw new Violation(`fence ${lease.fence} came after ${before.fence}`);
    if (ifFence !== undefined && seen.elections.has(ifFence)) throw new Violation(`two won the election at ${ifFence}`);
    if (ifFence !== undefined) seen.elections.add(ifFence);
    seen.current = lease;
    seen.takes += 1;
    return take;
  }

  async renew(...request: Parameters<SessionStore["renew"]>): ReturnType<SessionStore["renew"]> {
    const before = await this.read(request[0].session);
    const renewed = await this.#inner.renew(...request);
    await this.#onlyByHolder("renew", request[0], before);
    return renewed;
  }

  async save(...request: Parameters<SessionStore["save"]>): ReturnType<SessionStore["save"]> {
    const before = await this.read(request[0].session);
    const written = await this.#inner.save(...request);
    if (written.kind === "done") await this.#onlyByHolder("save", request[0], before);
    else this.#of(before.name).refused += 1;
    return written;
  }

  async release(...request: Parameters<SessionStore["release"]>): ReturnType<SessionStore["release"]> {
    const [lease, change] = request;
    const before = await this.read(lease.session);
    const written = await this.#inner.release(...request);
    if (written.kind === "done") {
      const wrote = await this.#onlyByHolder("release", lease, before);
      if (wrote && (await this.read(before.name)).holder !== undefined) throw new Violation("released and still held");
    } else if (carries(change)) this.#of(before.name).refused += 1;
    return written;
  }

  async amend(...request: Parameters<SessionStore["amend"]>): ReturnType<SessionStore["amend"]> {
    const [name, basis] = request;
    const before = await this.read(name);
    const amended = await this.#inner.amend(...request);
    await this.#neverFalls(before);
    if (amended.kind === "fenced-out") this.#of(name).refused += 1;
    if (amended.kind === "done" && basis.loginFence !== before.loginFence) {
      throw new Violation(`a write under the login ${basis.loginFence} passed after the login ${before.loginFence}`);
    }
    return amended;
  }

  async setCondition(...request: Parameters<SessionStore["setCondition"]>): Promise<void> {
    await this.#inner.setCondition(...request);
  }

  /** Acting in a session, which no fence can stop, is right only while nobody else was given it. */
  acts(lease: SessionLease): void {
    const { current } = this.#of(lease.session);
    if (current?.fence === lease.fence) return;
    throw new Violation(`${lease.owner.container} (${lease.fence}) acts while ${current?.owner.container} holds it`);
  }

  async state(name: string): Promise<SessionState> {
    const { sealed } = await this.read(name);
    return sealed === undefined ? emptyState() : decodeState(sealed);
  }

  async refusalsAreCounted(name: string): Promise<void> {
    const { fencedOut } = await this.read(name);
    const { refused } = this.#of(name);
    if (fencedOut !== refused) throw new Violation(`${refused} late writes were refused, and ${fencedOut} are counted`);
  }

  takes(name: string): number {
    return this.#of(name).takes;
  }

  async #neverFalls(before: SessionRecord): Promise<SessionRecord> {
    const after = await this.read(before.name);
    if (after.fence < before.fence || after.loginFence < before.loginFence || after.revision < before.revision) {
      throw new Violation(`a fence or the revision fell`);
    }
    return after;
  }

  /** A repetition changes nothing and may come from anybody. Answers whether something was written. */
  async #onlyByHolder(kind: string, lease: SessionLease, before: SessionRecord): Promise<boolean> {
    const after = await this.#neverFalls(before);
    if (textOf(after) === textOf(before)) return false;
    const { current } = this.#of(before.name);
    if (current?.fence === lease.fence && before.fence === lease.fence) return true;
    throw new Violation(`a ${kind} under fence ${lease.fence} changed the session of fence ${before.fence}`);
  }

  #of(name: string): Watched {
    const seen = this.#seen.get(name);
    if (seen === undefined) throw new Violation(`${name} was never created`);
    return seen;
  }
}

function carries(change: SessionChange): boolean {
  return Object.values(change).some((value) => value !== undefined);
}

/** Without the state, which doesn't change without the revision. */
function textOf(record: SessionRecord): string {
  return JSON.stringify({ ...record, sealed: undefined });
}
