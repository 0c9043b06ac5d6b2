import type { Checkpoint } from "../../functions/core/checkpoint/checkpoint.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../../functions/core/lease/lease-rules.ts";
import type { LeaseRecord } from "../../functions/core/lease/lease.ts";
import { duration } from "../times.ts";

/** How a job stands at this moment, by its lease. */
export function describeNow(record: LeaseRecord, nowMs: number): string[] {
  switch (record.state) {
    case "held":
      return isExpired(record, nowMs) ? fallenSilent(record, nowMs) : running(record, nowMs);
    case "released": {
      const why = record.releaseReason === undefined ? "" : ` (${record.releaseReason})`;
      return [`It waits: attempt ${record.attempt} was given back${why}, and its message comes again from the queue.`];
    }
    case "finished":
      return ending(record);
  }
}

export function isExpired({ state, expiresAtMs }: LeaseRecord, nowMs: number): boolean {
  return state === "held" && expiresAtMs + CLOCK_SKEW_MARGIN_MS < nowMs;
}

function running({ attempt, owner, acquiredAtMs, renewedAtMs, expiresAtMs }: LeaseRecord, nowMs: number): string[] {
  const lease =
    expiresAtMs < nowMs
      ? "ended a moment ago and may yet be renewed"
      : `lasts for ${duration(expiresAtMs - nowMs)} more unless renewed`;
  return [
    `It runs: attempt ${attempt} has been in container ${owner.container} for ${duration(nowMs - acquiredAtMs)}.`,
    `Its lease was renewed ${duration(nowMs - renewedAtMs)} ago and ${lease}.`,
  ];
}

function fallenSilent({ attempt, owner, expiresAtMs, renewedAtMs }: LeaseRecord, nowMs: number): string[] {
  return [
    `It waits: container ${owner.container} fell silent in attempt ${attempt}, ${duration(nowMs - renewedAtMs)} ago.`,
    `Its lease ran out ${duration(nowMs - expiresAtMs)} ago: the next container that gets its message goes on with it.`,
  ];
}

function ending({ result, attempt }: LeaseRecord): string[] {
  if (result === undefined) return ["It has ended."];
  const { kind, error, rejections } = result;
  const why = error === undefined ? "" : `: ${error.name}: ${error.message.replace(/\.$/u, "")}`;
  const where = error?.at === undefined ? "" : ` (at ${error.at})`;
  const rules = (rejections ?? []).map(({ field, rule }) => `${field} ${rule}`);
  return [`It ended as ${kind} in attempt ${attempt}${why}${where}.`, ...rules];
}

/** Where a job had got to, and where another attempt would begin. */
export function describeCheckpoint(checkpoint: Checkpoint | undefined, nowMs: number): string {
  if (checkpoint === undefined) return "It has saved no checkpoint: another attempt begins at the beginning.";
  const { sequence, stage, savedAtMs, attempt, workedMs, body } = checkpoint;
  const bytes = body.kind === "inline" ? body.packed.byteLength : body.bytes;
  const size = bytes < 1_024 ? `${bytes} bytes` : `${(bytes / 1_024).toFixed(1)} KiB`;
  const where = body.kind === "inline" ? "in its record" : "in the bucket";
  return `Its last checkpoint is "${stage}", number ${sequence}, ${duration(nowMs - savedAtMs)} old: saved in attempt ${attempt} after ${duration(workedMs)} of work (${size} ${where}${body.sealed ? ", sealed" : ""}).`;
}
