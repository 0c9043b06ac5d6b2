import type { SessionState, Stamp } from "./session-state.ts";

/** Negative when `one` is earlier, positive when it's later, 0 when they're the same. */
export function compareStamps(one: Stamp, other: Stamp): number {
  if (one.fence !== other.fence) return one.fence - other.fence;
  if (one.atMs !== other.atMs) return one.atMs - other.atMs;
  if (one.writer === other.writer) return 0;
  return one.writer < other.writer ? -1 : 1;
}

/** Fence and container of whoever writes, and the time by its own clock. */
export interface StampSource {
  readonly fence: number;
  readonly nowMs: number;
  readonly writer: string;
}

/**
 * The stamp of a writer's next changes: after everything in `state`, which is what the writer has seen, even where its
 * clock is behind. Without that a writer with a slow clock would see its change, made to what it has just read, lose.
 */
export function nextStamp(state: SessionState, { fence, nowMs, writer }: StampSource): Stamp {
  let atMs = nowMs;
  for (const { stamp } of Object.values(state.records)) atMs = Math.max(atMs, stamp.atMs + 1);
  return { fence, atMs, writer };
}
