import type { Rejection } from "../../core/job/rejection.ts";
import type { SessionSeat } from "./session-seat.ts";

/** A job's turn to ask for its session. While one has its turn, those behind it in this container wait without a slot. */
export interface SessionTurn {
  /** Asks for the session; waits at most `sessionWaitMs` while others hold it. */
  take(signal: AbortSignal): Promise<Seated>;
  /** Lets the next one ask. Idempotent; called when the job has left its seat, or has none. */
  end(): void;
}

export type Turn =
  | { readonly kind: "turn"; readonly turn: SessionTurn }
  /** The wait in this container was too long. */
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "rejected"; readonly rejections: readonly Rejection[] };

export type Seated =
  | { readonly kind: "seated"; readonly seat: SessionSeat }
  /** The message goes back to its queue. The reason is in plain words. */
  | { readonly kind: "unavailable"; readonly reason: string; readonly retryAfterSeconds: number }
  /** No job will ever run in it again. */
  | { readonly kind: "rejected"; readonly rejections: readonly Rejection[] };

export function unknownSession(name: string): Extract<Seated, { kind: "rejected" }> {
  const rule = "must name a session that exists; `sublet sessions list` shows them";
  return { kind: "rejected", rejections: [{ field: "session", rule, value: JSON.stringify(name) }] };
}
