import { decayedScore, healthOf, isOver, type SessionHealth } from "../../functions/core/session/session-rules.ts";
import type { SessionDefinition, SessionLease, SessionRecord } from "../../functions/core/session/session.ts";

/** What is shown of a session: everything but its state. A stable form, for programs too. */
export interface SessionView extends SessionDefinition {
  readonly health: SessionHealth;
  /** Why it is unhealthy or retired. */
  readonly reason?: string;
  /** Since when it is unhealthy or retired. */
  readonly sinceMs?: number;
  /** When an unhealthy one is checked again. */
  readonly recheckAtMs?: number;
  /** As of now: it halves with time. */
  readonly errorScore: number;
  readonly uses: number;
  readonly createdAtMs: number;
  readonly loggedInAtMs?: number;
  /** Absent while it was never used. */
  readonly lastUsedAtMs?: number;
  readonly fence: number;
  readonly loginFence: number;
  readonly revision: number;
  readonly fencedOut: number;
  readonly holder?: Pick<SessionLease, "owner" | "purpose" | "fence" | "acquiredAtMs" | "expiresAtMs"> & {
    /** Its lease has run out: whoever comes next takes the session over. */
    readonly isOver: boolean;
  };
}

export function viewOf(record: SessionRecord, nowMs: number): SessionView {
  const { name, site, policy, pool, order, login, endpoint, pages, jobLimitMs, maxAgeMs, maxUses } = record;
  const { condition, holder, errorScore, lastUsedAtMs, loggedInAtMs } = record;
  return {
    name,
    site,
    policy,
    ...(pool !== undefined && { pool }),
    order,
    pages,
    jobLimitMs,
    ...(login !== undefined && { login }),
    ...(endpoint !== undefined && { endpoint: withoutSecrets(endpoint) }),
    ...(maxAgeMs !== undefined && { maxAgeMs }),
    ...(maxUses !== undefined && { maxUses }),
    health: healthOf(record, nowMs),
    ...(condition.kind !== "ready" && { reason: condition.reason, sinceMs: condition.sinceMs }),
    ...(condition.kind === "unhealthy" && { recheckAtMs: condition.recheckAtMs }),
    errorScore: Math.round(decayedScore(errorScore, nowMs) * 100) / 100,
    uses: record.uses,
    createdAtMs: record.createdAtMs,
    ...(loggedInAtMs !== undefined && { loggedInAtMs }),
    ...(lastUsedAtMs > 0 && { lastUsedAtMs }),
    fence: record.fence,
    loginFence: record.loginFence,
    revision: record.revision,
    fencedOut: record.fencedOut,
    ...(holder && { holder: holderView(holder, nowMs) }),
  };
}

function holderView(holder: SessionLease, nowMs: number): NonNullable<SessionView["holder"]> {
  const { owner, purpose, fence, acquiredAtMs, expiresAtMs } = holder;
  return { owner, purpose, fence, acquiredAtMs, expiresAtMs, isOver: isOver(holder, nowMs) };
}

/** A hosted browser's address may carry its token, in the query or before the host. */
function withoutSecrets(endpoint: string): string {
  const url = URL.parse(endpoint);
  return url === null ? "(not a URL)" : `${url.protocol}//${url.host}${url.pathname}`;
}
