import { TooLarge } from "../job/store-failures.ts";
import { newSession } from "./new-session.ts";
import { holdsSession, isOver, poolPlaceOf, sessionTakeable, type PoolPlace } from "./session-rules.ts";
import {
  SEALED_MAX_BYTES,
  type SessionAmend,
  type SessionChange,
  type SessionStore,
  type SessionTake,
  type SessionTakeRequest,
  type SessionWrite,
} from "./session-store.ts";
import type { SessionCondition, SessionDefinition, SessionLease, SessionRecord } from "./session.ts";

/**
 * The session store in one Map: what the guarantees mean, in the fewest words. The contract suite and the random
 * schedules hold other stores against it. No clock, no I/O; records are frozen and replaced, never changed.
 */
export class MemorySessionStore implements SessionStore {
  readonly #records = new Map<string, SessionRecord>();
  /** The last write under each lease, word for word, by session and fence: how its repetition is known. */
  readonly #lastWrites = new Map<string, string>();

  async create(
    definition: SessionDefinition,
    state: { readonly sealed: Uint8Array } | undefined,
    nowMs: number,
  ): Promise<{ readonly kind: "created" } | { readonly kind: "exists" }> {
    if (state !== undefined) checkSize(state.sealed);
    if (this.#records.has(definition.name)) return { kind: "exists" };
    const copied = state === undefined ? undefined : { sealed: state.sealed.slice() };
    this.#put(newSession(frozenJson(definition), copied, nowMs));
    return { kind: "created" };
  }

  async read(name: string): Promise<SessionRecord | undefined> {
    return copy(this.#records.get(name));
  }

  async list(): Promise<SessionRecord[]> {
    return [...this.#records.values()]
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ sealed: _sealed, ...record }) => Object.freeze(record));
  }

  async ready(pool: string, limit: number): Promise<readonly string[]> {
    return this.#inPool(pool, "ready", limit);
  }

  async expired(pool: string, limit: number, nowMs: number): Promise<readonly string[]> {
    return this.#inPool(pool, "held", limit, (sortMs) => isOver({ expiresAtMs: sortMs }, nowMs));
  }

  async due(pool: string, limit: number, nowMs: number): Promise<readonly string[]> {
    return this.#inPool(pool, "unhealthy", limit, (sortMs) => sortMs <= nowMs);
  }

  async take(request: SessionTakeRequest, nowMs: number): Promise<SessionTake> {
    const before = this.#records.get(request.name);
    if (before === undefined) return { kind: "unknown" };
    const verdict = sessionTakeable(before, request, nowMs);
    if (verdict !== "free") return { kind: verdict, record: copy(before) };
    const lease: SessionLease = Object.freeze({
      session: request.name,
      owner: frozenJson(request.owner),
      fence: before.fence + 1,
      purpose: request.purpose,
      acquiredAtMs: nowMs,
      renewedAtMs: nowMs,
      expiresAtMs: nowMs + request.durationMs,
    });
    const record = this.#put({ ...before, fence: lease.fence, lastLeasedAtMs: nowMs, holder: lease });
    return { kind: "taken", lease, record };
  }

  async renew(
    lease: SessionLease,
    durationMs: number,
    nowMs: number,
  ): Promise<
    | { readonly kind: "done"; readonly lease: SessionLease }
    | { readonly kind: "fenced-out"; readonly record: SessionRecord | undefined }
  > {
    const before = this.#records.get(lease.session);
    if (before?.holder === undefined || !holdsSession(before, lease)) {
      return { kind: "fenced-out", record: copy(before) };
    }
    const renewed = Object.freeze({ ...before.holder, renewedAtMs: nowMs, expiresAtMs: nowMs + durationMs });
    this.#put({ ...before, holder: renewed });
    return { kind: "done", lease: renewed };
  }

  async save(lease: SessionLease, change: SessionChange, nowMs: number): Promise<SessionWrite> {
    return this.#underLease("save", lease, change, nowMs);
  }

  async release(lease: SessionLease, change: SessionChange, nowMs: number): Promise<SessionWrite> {
    return this.#underLease("release", lease, change, nowMs);
  }

  async amend(
    name: string,
    basis: { readonly loginFence: number; readonly revision: number },
    change: Omit<SessionChange, "loggedIn">,
    nowMs: number,
  ): Promise<SessionAmend> {
    if (change.sealed !== undefined) checkSize(change.sealed);
    const before = this.#records.get(name);
    if (before === undefined) return { kind: "fenced-out", record: undefined };
    if (before.loginFence !== basis.loginFence) return this.#refused(before, true);
    if (before.revision !== basis.revision) return { kind: "stale", record: copy(before) };
    const { sealed, condition, errorScore, uses } = change;
    const used = uses === undefined ? {} : { lastUsedAtMs: nowMs };
    return {
      kind: "done",
      record: this.#put({ ...changed(before, { sealed, condition, errorScore, uses }), ...used }),
    };
  }

  async setCondition(
    name: string,
    condition: SessionCondition,
    _nowMs: number,
  ): Promise<{ readonly kind: "done"; readonly record: SessionRecord } | { readonly kind: "unknown" }> {
    const before = this.#records.get(name);
    if (before === undefined) return { kind: "unknown" };
    const { holder: _holder, ...free } = before;
    const record = {
      ...free,
      fence: before.fence + 1,
      revision: before.revision + 1,
      condition: frozenJson(condition),
    };
    return { kind: "done", record: this.#put(record) };
  }

  #underLease(kind: "save" | "release", lease: SessionLease, change: SessionChange, nowMs: number): SessionWrite {
    if (change.sealed !== undefined) checkSize(change.sealed);
    const before = this.#records.get(lease.session);
    if (before === undefined) return { kind: "fenced-out", record: undefined };
    const writes = `${lease.fence} ${before.name}`;
    const words = JSON.stringify([kind, lease.owner, lease.fence, { ...change, sealed: textOf(change) }, nowMs]);
    // A fence belongs to one lease only: without a holder it is this very lease that is released, and the first release stands.
    const isReleased = kind === "release" && before.holder === undefined && before.fence === lease.fence;
    if (isReleased || this.#lastWrites.get(writes) === words) return { kind: "done", record: copy(before) };
    if (!holdsSession(before, lease)) return this.#refused(before, kind === "save" || carriesChange(change));
    this.#lastWrites.set(writes, words);
    const login = change.loggedIn === true ? { loginFence: lease.fence, loggedInAtMs: nowMs } : {};
    const after = { ...changed(before, change), ...login };
    if (kind === "save") return { kind: "done", record: this.#put(after) };
    const { holder: _holder, ...free } = after;
    return { kind: "done", record: this.#put({ ...free, lastUsedAtMs: nowMs }) };
  }

  #refused(before: SessionRecord, counts: boolean): { kind: "fenced-out"; record: SessionRecord } {
    const record = counts ? this.#put({ ...before, fencedOut: before.fencedOut + 1 }) : copy(before);
    return { kind: "fenced-out", record };
  }

  #inPool(pool: string, list: PoolPlace["list"], limit: number, isMeant = (_sortMs: number): boolean => true) {
    return [...this.#records.values()]
      .flatMap((record) => {
        const place = record.pool === pool ? poolPlaceOf(record) : undefined;
        return place?.list === list && isMeant(place.sortMs) ? [{ name: record.name, sortMs: place.sortMs }] : [];
      })
      .toSorted((one, other) => one.sortMs - other.sortMs || (one.name < other.name ? -1 : 1))
      .slice(0, limit)
      .map(({ name }) => name);
  }

  #put(record: SessionRecord): SessionRecord {
    this.#records.set(record.name, Object.freeze(record));
    return copy(record);
  }
}

function changed(before: SessionRecord, { sealed, condition, errorScore, uses }: SessionChange): SessionRecord {
  return {
    ...before,
    ...(sealed === undefined ? {} : { sealed: sealed.slice(), revision: before.revision + 1 }),
    ...(condition === undefined ? {} : { condition: frozenJson(condition) }),
    ...(errorScore === undefined ? {} : { errorScore: frozenJson(errorScore) }),
    ...(uses === undefined ? {} : { uses: before.uses + uses }),
  };
}

function carriesChange(change: SessionChange): boolean {
  return Object.values(change).some((value) => value !== undefined);
}

function textOf({ sealed }: SessionChange): string | undefined {
  return sealed === undefined ? undefined : Buffer.from(sealed).toString("base64");
}

function checkSize(sealed: Uint8Array): void {
  if (sealed.byteLength > SEALED_MAX_BYTES) throw new TooLarge("the sealed state", sealed.byteLength, SEALED_MAX_BYTES);
}

/** The bytes too, so that nobody's later change reaches the record; everything else in it is frozen. */
function copy(record: SessionRecord): SessionRecord;
function copy(record: SessionRecord | undefined): SessionRecord | undefined;
function copy(record: SessionRecord | undefined): SessionRecord | undefined {
  return record?.sealed === undefined ? record : Object.freeze({ ...record, sealed: record.sealed.slice() });
}

/** Through JSON, as a real store would. */
function frozenJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) => Object.freeze(inner)) as Value;
}
