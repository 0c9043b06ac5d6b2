import { quarantined, scored, ERROR_SCORE_MAX, usedUp } from "../../core/session/session-rules.ts";
import type { SessionCondition, SessionRecord } from "../../core/session/session.ts";
import type { SessionChange } from "../../core/session/session-store.ts";
import type { SeatEnd } from "./session-seat.ts";

/** What a session's record says after one more job in it. */
export function afterUse(
  record: SessionRecord,
  end: SeatEnd,
  recheckMs: number,
  nowMs: number,
): Pick<SessionChange, "uses" | "errorScore" | "condition"> {
  if (end.kind === "none") return {};
  const uses = record.uses + 1;
  const errorScore = scored(record.errorScore, end.kind, nowMs);
  const over = usedUp({ uses, maxUses: record.maxUses });
  if (over !== undefined) return { uses: 1, errorScore, condition: { kind: "retired", reason: over, sinceMs: nowMs } };
  if (end.kind === "failure" && errorScore.value > ERROR_SCORE_MAX) {
    const reason = `jobs keep failing in it; the last one: ${end.why}`;
    return { uses: 1, errorScore, condition: quarantined(record.condition, reason, nowMs, recheckMs) };
  }
  return { uses: 1, errorScore };
}

/** When a job that needs this session may come again: no sooner than somebody can have put it right. */
export function retryAfterSeconds(condition: SessionCondition, nowMs: number): number {
  const waitMs = condition.kind === "unhealthy" ? condition.recheckAtMs - nowMs : 1_000;
  return Math.min(900, Math.max(1, Math.ceil(waitMs / 1_000)));
}
