import type { LeaseOwner } from "../lease/lease.ts";
import type { ErrorScore, SessionCondition, SessionDefinition, SessionLease, SessionRecord } from "./session.ts";

export interface SessionTakeRequest {
  readonly name: string;
  readonly owner: LeaseOwner;
  readonly durationMs: number;
  readonly purpose: SessionLease["purpose"];
  /** Take it only if nobody held it since this fence: how one of many refreshers is elected. */
  readonly ifFence?: number;
  /** Take an unhealthy one too, once its re-check is due: the holder must check it before a job uses it. */
  readonly recheck?: boolean;
}

export type SessionTake =
  /** `record` is the session as this very write left it, its sealed state included. */
  | { readonly kind: "taken"; readonly lease: SessionLease; readonly record: SessionRecord }
  | { readonly kind: "held"; readonly record: SessionRecord }
  /** Unhealthy or retired. */
  | { readonly kind: "not-ready"; readonly record: SessionRecord }
  /** Somebody held it since `ifFence`. */
  | { readonly kind: "overtaken"; readonly record: SessionRecord }
  | { readonly kind: "unknown" };

/** What a holder leaves behind. Absent fields stay as they are. */
export interface SessionChange {
  readonly sealed?: Uint8Array;
  /** A login was carried out under this lease: `loginFence` becomes the lease's fence, `loggedInAtMs` now. */
  readonly loggedIn?: boolean;
  readonly condition?: SessionCondition;
  readonly errorScore?: ErrorScore;
  /** Added to `uses`. */
  readonly uses?: number;
}

export type SessionWrite =
  | { readonly kind: "done"; readonly record: SessionRecord }
  /** Another lease was taken meanwhile, or this one is released. Nothing was written but the count of late writers. */
  | { readonly kind: "fenced-out"; readonly record: SessionRecord | undefined };

export type SessionAmend =
  | { readonly kind: "done"; readonly record: SessionRecord }
  /** Somebody changed the state since `revision`: merge with `record`'s and try again. Nothing was written. */
  | { readonly kind: "stale"; readonly record: SessionRecord }
  /** Somebody logged in since `loginFence`: what was seen under it is void. Nothing was written but the count. */
  | { readonly kind: "fenced-out"; readonly record: SessionRecord | undefined };

/**
 * Where sessions live: lease, health and sealed state are one record, so that each change is one conditional write and
 * nothing is ever half done. Guarantees, which the contract suite proves of every implementation:
 *
 * 1. `take` is one atomic conditional write under the rules of `session-rules.ts` (`sessionTakeable`): the fence rises by
 *    one, and of any number of simultaneous takes at most one is `taken`. An expired lease is free beyond the skew margin.
 * 2. `renew`, `save` and `release` are conditional on owner and fence. A late writer changes nothing; `fencedOut` rises by
 *    one for each late `save` and each late `release` that carries a change (not for `renew`).
 * 3. `amend`, which needs no lease, is conditional on `loginFence` and `revision`; refused by fence it is counted too.
 * 4. Repeating the last write under a lease, word for word, is `done` again and changes nothing more: an answer lost on
 *    the way is never taken for somebody else's write.
 * 5. Every write that changes the state raises `revision` by one.
 * 6. `ready` answers the pool's sessions that are ready and not held, in the pool's order; `expired` those whose holder
 *    let the lease run out; `due` the unhealthy ones whose re-check is due. All three are one query of an index, which is
 *    a moment behind: acting on it takes a conditional write.
 *
 * Failures of the store itself are thrown after the SDK's retries as `StoreUnavailable`; `TooLarge` where sealed state
 * passes `SEALED_MAX_BYTES`. Time is the caller's. Costs are requests; a write costs one write unit for each KB of the
 * record, its state included, plus one or two for the index of a pool.
 */
export interface SessionStore {
  /** One conditional write. `exists` where the name is taken: nothing was written. */
  create(
    definition: SessionDefinition,
    state: { readonly sealed: Uint8Array } | undefined,
    nowMs: number,
  ): Promise<{ readonly kind: "created" } | { readonly kind: "exists" }>;
  /** One strongly consistent read. */
  read(name: string): Promise<SessionRecord | undefined>;
  /** Every session without its state: a scan, for operators. By name. */
  list(): Promise<SessionRecord[]>;
  ready(pool: string, limit: number): Promise<readonly string[]>;
  expired(pool: string, limit: number, nowMs: number): Promise<readonly string[]>;
  due(pool: string, limit: number, nowMs: number): Promise<readonly string[]>;
  take(request: SessionTakeRequest, nowMs: number): Promise<SessionTake>;
  renew(
    lease: SessionLease,
    durationMs: number,
    nowMs: number,
  ): Promise<
    | { readonly kind: "done"; readonly lease: SessionLease }
    | { readonly kind: "fenced-out"; readonly record: SessionRecord | undefined }
  >;
  /** Writes under the lease and keeps it. One conditional write, one more where it is refused and counted. */
  save(lease: SessionLease, change: SessionChange, nowMs: number): Promise<SessionWrite>;
  /** Writes under the lease and ends it. Idempotent for the same lease. */
  release(lease: SessionLease, change: SessionChange, nowMs: number): Promise<SessionWrite>;
  /** Writes without a lease, for `shared` sessions: `basis` is what the writer last read. */
  amend(
    name: string,
    basis: { readonly loginFence: number; readonly revision: number },
    change: Omit<SessionChange, "loggedIn">,
    nowMs: number,
  ): Promise<SessionAmend>;
  /**
   * An operator's word: it ends whatever lease there is (the fence and the revision rise by one), so that a holder's later
   * write can't undo it. One conditional write.
   */
  setCondition(
    name: string,
    condition: SessionCondition,
    nowMs: number,
  ): Promise<{ readonly kind: "done"; readonly record: SessionRecord } | { readonly kind: "unknown" }>;
}

/** DynamoDB's item limit is 400 KB; the rest of the record has room beside it. */
export const SEALED_MAX_BYTES = 350 * 1024;
