import { CLOCK_SKEW_MARGIN_MS } from "../lease/lease-rules.ts";
import type { ErrorScore, PoolOrder, SessionCondition, SessionLease, SessionRecord } from "./session.ts";
import type { SessionTakeRequest } from "./session-store.ts";

/** What is seen of a session: its condition, and who is at work in it. */
export type SessionHealth = "idle" | "busy" | "refreshing" | "unhealthy" | "retired";

/** A holder that let its lease run out isn't at work any more, whatever the record still says. */
export function healthOf(record: SessionRecord, nowMs: number): SessionHealth {
  if (record.condition.kind !== "ready") return record.condition.kind;
  if (record.holder === undefined || isOver(record.holder, nowMs)) return "idle";
  return record.holder.purpose === "refresh" ? "refreshing" : "busy";
}

/** The skew margin of job leases holds for sessions too. */
export function isOver(lease: Pick<SessionLease, "expiresAtMs">, nowMs: number): boolean {
  return lease.expiresAtMs + CLOCK_SKEW_MARGIN_MS < nowMs;
}

export type SessionTakeable = "free" | "held" | "not-ready" | "overtaken";

/** Who may take a session. The stores express the same rule as a condition on one write. Looked at in this order. */
export function sessionTakeable(
  record: Pick<SessionRecord, "condition" | "holder" | "fence">,
  request: Pick<SessionTakeRequest, "ifFence" | "recheck">,
  nowMs: number,
): SessionTakeable {
  const { condition, holder } = record;
  if (condition.kind === "retired") return "not-ready";
  if (condition.kind === "unhealthy" && !(request.recheck === true && condition.recheckAtMs <= nowMs)) {
    return "not-ready";
  }
  if (request.ifFence !== undefined && record.fence !== request.ifFence) return "overtaken";
  return holder !== undefined && !isOver(holder, nowMs) ? "held" : "free";
}

/** A write under a lease is good only while owner and fence are still the stored ones. */
export function holdsSession(record: SessionRecord | undefined, lease: SessionLease): boolean {
  return (
    record?.holder !== undefined &&
    record.fence === lease.fence &&
    record.holder.owner.container === lease.owner.container &&
    record.holder.owner.invocation === lease.owner.invocation
  );
}

/** Where a session stands in its pool's index; undefined where nobody looks for it by pool. */
export type PoolPlace = { readonly list: "ready" | "held" | "unhealthy"; readonly sortMs: number };

export function poolPlaceOf(record: SessionRecord): PoolPlace | undefined {
  const { condition, holder } = record;
  if (record.pool === undefined || condition.kind === "retired") return undefined;
  if (holder !== undefined) return { list: "held", sortMs: holder.expiresAtMs };
  if (condition.kind === "unhealthy") return { list: "unhealthy", sortMs: condition.recheckAtMs };
  return { list: "ready", sortMs: orderMs(record.order, record.lastUsedAtMs, record.lastLeasedAtMs) };
}

/** Lowest first. */
export function orderMs(order: PoolOrder, lastUsedAtMs: number, lastLeasedAtMs: number): number {
  switch (order) {
    case "least-recently-used":
      return lastUsedAtMs;
    case "round-robin":
      return lastLeasedAtMs;
    case "until-failure":
      // Not -0, which is no key of an index.
      return 0 - lastUsedAtMs;
  }
}

const HALF_LIFE_MS = 10 * 60_000;
/** About three failures within minutes. */
export const ERROR_SCORE_MAX = 2.5;

/** The score after one more job. A success takes one failure back, so that a site's own bad hour doesn't add up. */
export function scored(score: ErrorScore, end: "success" | "failure", nowMs: number): ErrorScore {
  const decayed = decayedScore(score, nowMs);
  return { value: end === "failure" ? decayed + 1 : Math.max(0, decayed - 1), atMs: Math.max(nowMs, score.atMs) };
}

export function decayedScore({ value, atMs }: ErrorScore, nowMs: number): number {
  return value * 0.5 ** (Math.max(0, nowMs - atMs) / HALF_LIFE_MS);
}

const RECHECK_BASE_MS = 60_000;
const RECHECK_MAX_MS = 60 * 60_000;

/** Puts a session aside; each further time in a row twice as long, to an hour. A retired one stays retired. */
export function quarantined(
  before: SessionCondition,
  reason: string,
  nowMs: number,
  baseMs = RECHECK_BASE_MS,
): SessionCondition {
  if (before.kind === "retired") return before;
  const times = before.kind === "unhealthy" ? before.times + 1 : 1;
  const recheckAtMs = nowMs + Math.min(RECHECK_MAX_MS, baseMs * 2 ** Math.min(times - 1, 20));
  const sinceMs = before.kind === "unhealthy" ? before.sinceMs : nowMs;
  return { kind: "unhealthy", reason, sinceMs, recheckAtMs, times };
}

const COME_AGAIN_GROWTH = 1.25;
const COME_AGAIN_MAX_SECONDS = 300;

/**
 * When a job that got no session comes again: later each time, to five minutes. SQS counts every receive and dead-letters a
 * message after `maxReceiveCount` of them; 100 take about six hours this way, and not ten minutes.
 * @param atLeastSeconds how long the reason is likely to last
 * @param receiveCount how often SQS has delivered the message, this time included
 */
export function comeAgainSeconds(atLeastSeconds: number, receiveCount: number): number {
  const grown = Math.min(COME_AGAIN_MAX_SECONDS, COME_AGAIN_GROWTH ** Math.max(0, receiveCount - 1));
  return Math.max(atLeastSeconds, Math.round(grown));
}

/** Why a login is over without anybody having tried it; undefined while it may be good. */
export function staleLogin(
  record: Pick<SessionRecord, "loggedInAtMs" | "maxAgeMs">,
  nowMs: number,
): string | undefined {
  if (record.loggedInAtMs === undefined) return "nobody has logged in yet";
  if (record.maxAgeMs === undefined || nowMs - record.loggedInAtMs < record.maxAgeMs) return undefined;
  return `the login is older than maxAgeMs (${record.maxAgeMs} ms)`;
}

/** Why a session is to be retired after its next use; undefined while it isn't. */
export function usedUp(record: Pick<SessionRecord, "uses" | "maxUses">): string | undefined {
  if (record.maxUses === undefined || record.uses < record.maxUses) return undefined;
  return `it served ${record.uses} jobs, and maxUses is ${record.maxUses}`;
}
