import { randomUUID } from "node:crypto";

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { StoreUnavailable, TooLarge } from "../core/job/store-failures.ts";
import { newSession } from "../core/session/new-session.ts";
import { holdsSession, sessionTakeable, type PoolPlace } from "../core/session/session-rules.ts";
import {
  SEALED_MAX_BYTES,
  type SessionAmend,
  type SessionChange,
  type SessionStore,
  type SessionTake,
  type SessionTakeRequest,
  type SessionWrite,
} from "../core/session/session-store.ts";
import type { SessionCondition, SessionDefinition, SessionLease, SessionRecord } from "../core/session/session.ts";
import { expiredBeforeMs } from "./lease-conditions.ts";
import type { Item } from "./lease-item.ts";
import { SessionBeliefs } from "./session-beliefs.ts";
import { SESSION_CLAUSE } from "./session-conditions.ts";
import { SESSION_ATTRIBUTE, itemFromRecord, sessionFromItem } from "./session-item.ts";
import { placeItem, type Belief } from "./session-pool-place.ts";
import { SessionItemRequests } from "./session-item-requests.ts";
import { LIST_SCAN, poolQuery, type SortLimit } from "./session-reads.ts";
import { isMarked, writeMark } from "./session-write-mark.ts";
import {
  amendSession,
  countFencedOut,
  releaseSession,
  renewSession,
  ruleSession,
  saveSession,
  takeSession,
  type SessionItemWrite,
} from "./session-writes.ts";

/** A write is repeated only when it believed something wrong of the session, and each refusal tells the truth. */
const ATTEMPTS_MAX = 10;

/**
 * Sessions in a DynamoDB table (`sessions-table.ts`). Every change is one UpdateItem with a condition; the service sends the
 * stored record along with a refusal, so losing costs no read. One take and one release are two requests, the state
 * included. The first write to a session of a pool that this store never saw costs one refused write more.
 */
export class DynamoDbSessionStore implements SessionStore {
  readonly #requests: SessionItemRequests;
  readonly #beliefs = new SessionBeliefs();

  constructor(client: DynamoDBClient, table: string) {
    this.#requests = new SessionItemRequests(client, table);
  }

  async create(
    definition: SessionDefinition,
    state: { readonly sealed: Uint8Array } | undefined,
    nowMs: number,
  ): Promise<{ readonly kind: "created" } | { readonly kind: "exists" }> {
    checkSize(state?.sealed);
    const record = newSession(definition, state, nowMs);
    const createdBy = randomUUID();
    const written = await this.#requests.put("create", {
      Item: { ...itemFromRecord(record, createdBy), ...placeItem(record) },
      ConditionExpression: SESSION_CLAUSE.new,
      ExpressionAttributeNames: { "#name": SESSION_ATTRIBUTE.name },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    if (written.kind === "refused" && written.item?.[SESSION_ATTRIBUTE.createdBy]?.S !== createdBy) {
      return { kind: "exists" };
    }
    this.#beliefs.saw(record);
    return { kind: "created" };
  }

  async read(name: string): Promise<SessionRecord | undefined> {
    const item = await this.#requests.item(name);
    return item === undefined ? undefined : this.#seen(item);
  }

  async list(): Promise<SessionRecord[]> {
    const records: SessionRecord[] = [];
    for await (const item of this.#requests.scan("list", LIST_SCAN)) records.push(sessionFromItem(item));
    return records.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  async ready(pool: string, limit: number): Promise<readonly string[]> {
    return this.#inPool("ready", pool, limit);
  }

  async expired(pool: string, limit: number, nowMs: number): Promise<readonly string[]> {
    return this.#inPool("held", pool, limit, { clause: "#poolSortMs < :limitMs", limitMs: expiredBeforeMs(nowMs) });
  }

  async due(pool: string, limit: number, nowMs: number): Promise<readonly string[]> {
    return this.#inPool("unhealthy", pool, limit, { clause: "#poolSortMs <= :limitMs", limitMs: nowMs });
  }

  async take(request: SessionTakeRequest, nowMs: number): Promise<SessionTake> {
    const takenBy = randomUUID();
    return this.#change<SessionTake>(
      "take",
      request.name,
      (belief) => takeSession(request, nowMs, takenBy, belief),
      (item) => taken(this.#stored("take", request.name, item)),
      (item) => {
        if (item === undefined) return { kind: "unknown" };
        const record = sessionFromItem(item);
        const isOurs = record.holder !== undefined && item[SESSION_ATTRIBUTE.takenBy]?.S === takenBy;
        if (isOurs) return taken(record);
        const verdict = sessionTakeable(record, request, nowMs);
        return verdict === "free" ? "again" : { kind: verdict, record };
      },
    );
  }

  async renew(lease: SessionLease, durationMs: number, nowMs: number): Promise<Renewal> {
    const renewed = { ...lease, renewedAtMs: nowMs, expiresAtMs: nowMs + durationMs };
    return this.#change<Renewal>(
      "renew",
      lease.session,
      (belief) => renewSession(lease, durationMs, nowMs, belief),
      () => ({ kind: "done", lease: renewed }),
      (item) => {
        const record = item === undefined ? undefined : sessionFromItem(item);
        return holdsSession(record, lease) ? "again" : { kind: "fenced-out", record };
      },
    );
  }

  async save(lease: SessionLease, change: SessionChange, nowMs: number): Promise<SessionWrite> {
    checkSize(change.sealed);
    const mark = writeMark("save", lease, change, nowMs);
    return this.#change<SessionWrite>(
      "save",
      lease.session,
      (belief) => saveSession(lease, change, nowMs, mark, belief),
      (item) => ({ kind: "done", record: this.#stored("save", lease.session, item) }),
      (item) => {
        if (item !== undefined && isMarked(item, lease, mark)) return { kind: "done", record: sessionFromItem(item) };
        return this.#lateWriter(lease, item, true);
      },
    );
  }

  async release(lease: SessionLease, change: SessionChange, nowMs: number): Promise<SessionWrite> {
    checkSize(change.sealed);
    const mark = writeMark("release", lease, change, nowMs);
    return this.#change<SessionWrite>(
      "release",
      lease.session,
      (belief) => releaseSession(lease, change, nowMs, mark, belief),
      (item) => ({ kind: "done", record: this.#stored("release", lease.session, item) }),
      (item) => {
        const record = item === undefined ? undefined : sessionFromItem(item);
        // A fence belongs to one lease: without a holder it is this very one that ended, and its first release stands.
        const isReleased = record?.holder === undefined && record?.fence === lease.fence;
        if (record !== undefined && (isReleased || isMarked(item ?? {}, lease, mark))) return { kind: "done", record };
        return this.#lateWriter(
          lease,
          item,
          Object.values(change).some((value) => value !== undefined),
        );
      },
    );
  }

  async amend(
    name: string,
    basis: { readonly loginFence: number; readonly revision: number },
    change: Omit<SessionChange, "loggedIn">,
    nowMs: number,
  ): Promise<SessionAmend> {
    checkSize(change.sealed);
    const amendedBy = randomUUID();
    return this.#change<SessionAmend>(
      "amend",
      name,
      (belief) => amendSession(name, basis, change, nowMs, amendedBy, belief),
      (item) => ({ kind: "done", record: this.#stored("amend", name, item) }),
      async (item) => {
        if (item === undefined) return { kind: "fenced-out", record: undefined };
        const record = sessionFromItem(item);
        if (item[SESSION_ATTRIBUTE.amendedBy]?.S === amendedBy) return { kind: "done", record };
        if (record.loginFence !== basis.loginFence) return this.#counted(name);
        return record.revision === basis.revision ? "again" : { kind: "stale", record };
      },
    );
  }

  async setCondition(name: string, condition: SessionCondition): Promise<Ruling> {
    const ruledBy = randomUUID();
    return this.#change<Ruling>(
      "setCondition",
      name,
      (belief) => ruleSession(name, condition, ruledBy, belief),
      (item) => ({ kind: "done", record: this.#stored("setCondition", name, item) }),
      (item) => {
        if (item === undefined) return { kind: "unknown" };
        const isOurs = item[SESSION_ATTRIBUTE.ruledBy]?.S === ruledBy;
        return isOurs ? { kind: "done", record: sessionFromItem(item) } : "again";
      },
    );
  }

  /** Writes; where it was refused for nothing but a wrong belief, again with the right one. */
  async #change<Answer extends object>(
    operation: string,
    name: string,
    write: (belief: Belief) => SessionItemWrite,
    done: (item: Item | undefined) => Answer,
    refused: (item: Item | undefined) => Answer | "again" | Promise<Answer | "again">,
  ): Promise<Answer> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const written = await this.#requests.update(operation, write(this.#beliefs.of(name)));
      if (written.item !== undefined) this.#seen(written.item);
      const answer = written.kind === "done" ? done(written.item) : await refused(written.item);
      if (answer !== "again") return answer;
    }
    throw new StoreUnavailable(operation, `session ${name} changed during each of ${ATTEMPTS_MAX} attempts`);
  }

  async #lateWriter(lease: SessionLease, item: Item | undefined, counts: boolean): Promise<SessionWrite | "again"> {
    if (item === undefined) return { kind: "fenced-out", record: undefined };
    const record = sessionFromItem(item);
    if (holdsSession(record, lease)) return "again";
    return counts ? this.#counted(lease.session) : { kind: "fenced-out", record };
  }

  /** The answer to a late writer, who is counted. */
  async #counted(name: string): Promise<{ readonly kind: "fenced-out"; readonly record: SessionRecord | undefined }> {
    const { item } = await this.#requests.update("count a late writer", countFencedOut(name, randomUUID()));
    return { kind: "fenced-out", record: item === undefined ? undefined : this.#seen(item) };
  }

  async #inPool(list: PoolPlace["list"], pool: string, limit: number, sort?: SortLimit): Promise<readonly string[]> {
    const items = await this.#requests.query(`${list} sessions of a pool`, poolQuery(list, pool, limit, sort));
    const names = items.flatMap((item) => item[SESSION_ATTRIBUTE.name]?.S ?? []);
    for (const name of names) this.#beliefs.sawInPool(name, pool);
    return names;
  }

  #seen(item: Item): SessionRecord {
    const record = sessionFromItem(item);
    this.#beliefs.saw(record);
    return record;
  }

  #stored(operation: string, name: string, item: Item | undefined): SessionRecord {
    if (item === undefined) throw new StoreUnavailable(operation, `the record of session ${name} didn't come back`);
    return sessionFromItem(item);
  }
}

type Renewal = Awaited<ReturnType<SessionStore["renew"]>>;
type Ruling = Awaited<ReturnType<SessionStore["setCondition"]>>;

function taken(record: SessionRecord): SessionTake {
  if (record.holder === undefined)
    throw new StoreUnavailable("take", `session ${record.name} lost its holder meanwhile`);
  return { kind: "taken", lease: record.holder, record };
}

function checkSize(sealed: Uint8Array | undefined): void {
  if (sealed !== undefined && sealed.byteLength > SEALED_MAX_BYTES) {
    throw new TooLarge("the sealed state", sealed.byteLength, SEALED_MAX_BYTES);
  }
}
