import type { ContextLease } from "../../browser/context-lease.ts";
import type { Profile } from "../../core/job/job-message.ts";
import type { ResourcePolicy } from "../../core/job/resource-policy.ts";

export interface SeatRequest {
  readonly profile: Profile;
  readonly resources: ResourcePolicy;
  readonly signal: AbortSignal;
}

/** How a job left its seat: `failure` counts against the session, `used` as a use only, `none` as if it hadn't been there. */
export type SeatEnd =
  | { readonly kind: "success" }
  | { readonly kind: "used" }
  | { readonly kind: "none" }
  | { readonly kind: "failure"; readonly why: string };

/** One job's place in a session, from the right to use it to the end of its use. */
export interface SessionSeat {
  readonly session: string;
  /** Limit of one attempt in this session, in milliseconds. */
  readonly jobLimitMs: number;
  /** Aborts with a `SessionUnavailable` when the session is lost to another container, or put aside. */
  readonly gone: AbortSignal;
  /**
   * A context, or a page of the session's own, in which the session is logged in. Called again after `signedOut`, when the
   * context before it has been given back.
   * @throws SessionUnavailable, the signal's reason, and what `BrowserPool.leaseContext` throws
   */
  open(request: SeatRequest): Promise<ContextLease>;
  /** Whether the site shows this address only to who isn't logged in. */
  showsSignedOut(address: string): boolean;
  /** Asks the site, in the page last opened; true where the session has no login to ask by. */
  isLoggedIn(signal: AbortSignal): Promise<boolean>;
  /** The context last opened is lost to a crash: the next `open` gives another, in the session's state as it was last kept. */
  contextLost(): void;
  /**
   * Writes down what the job has changed in the session so far, where nothing else does, so that a crash of browser or container
   * doesn't undo it. Costs nothing where nothing has changed. Never throws.
   */
  keepState(): Promise<void>;
  /** The login of the page last opened is over: the next `open` logs in again, or takes over who did so meanwhile. */
  signedOut(): void;
  /** Runs the section while no other page of the session runs one. The wait ends with the signal. */
  exclusively<Value>(section: () => Promise<Value>, signal: AbortSignal): Promise<Value>;
  /** Keeps what the job left in the context, closes it, and gives the session back. Idempotent, bounded, never throws. */
  leave(end: SeatEnd): Promise<void>;
}

/** No fault of the job: give it back, and come again after `retryAfterSeconds`. The message says why, in plain words. */
export class SessionUnavailable extends Error {
  override readonly name = "SessionUnavailable";
  readonly session: string;
  readonly retryAfterSeconds: number;
  constructor(session: string, reason: string, retryAfterSeconds: number) {
    super(reason);
    this.session = session;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The same as an attempt's outcome. */
export function sessionUnavailable({ session, message, retryAfterSeconds }: SessionUnavailable) {
  return { kind: "session-unavailable", session, reason: message, retryAfterSeconds } as const;
}
