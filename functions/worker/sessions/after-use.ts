import { quarantined, scored, ERROR_SCORE_MAX, usedUp } from "../../core/session/session-rules.ts";
import type { SessionCondition, SessionRecord } from "../../core/session/session.ts";
import type { SessionChange } from "../../core/session/session-store.ts";
import type { SeatEnd } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";

/** What a session's record says after one more job in it. */
export function afterUse(
  record: SessionRecord,
  end: SeatEnd,
  recheckMs: number,
  nowMs: number,
): Pick<SessionChange, "uses" | "errorScore" | "condition"> {
  if (end.kind === "none") return {};
  const uses = record.uses + 1;
  const errorScore = end.kind === "used" ? record.errorScore : scored(record.errorScore, end.kind, nowMs);
  const over = usedUp({ uses, maxUses: record.maxUses });
  if (over !== undefined) return { uses: 1, errorScore, condition: { kind: "retired", reason: over, sinceMs: nowMs } };
  // Who was still at work when it was put aside has nothing to add.
  const isReady = record.condition.kind === "ready";
  if (end.kind === "failure" && isReady && errorScore.value > ERROR_SCORE_MAX) {
    const reason = `jobs keep failing in it; the last one: ${end.why}`;
    return { uses: 1, errorScore, condition: quarantined(record.condition, reason, nowMs, recheckMs) };
  }
  return { uses: 1, errorScore };
}

/** An operator may put a session right at any time, and its jobs shouldn't sleep on for long then. */
const RETRY_MAX_SECONDS = 120;

/** When a job that needs this session may come again. */
export function retryAfterSeconds(condition: SessionCondition, nowMs: number): number {
  const waitMs = condition.kind === "unhealthy" ? condition.recheckAtMs - nowMs : 1_000;
  return Math.min(RETRY_MAX_SECONDS, Math.max(1, Math.ceil(waitMs / 1_000)));
}

/** For a condition that was written: counted and told once, by whoever wrote it. */
export function tellCondition(
  { log, meter }: Pick<SessionSurroundings, "log" | "meter">,
  { name, fence }: Pick<SessionRecord, "name" | "fence">,
  condition: SessionCondition,
): void {
  if (condition.kind === "ready") return;
  const details = { session: name, fence, reason: condition.reason };
  if (condition.kind === "retired") return log.info("session retired", details);
  meter.count("quarantined");
  log.warn("session quarantined", details);
}
