import { EndpointUnavailable } from "../../browser/cdp/endpoint-unavailable.ts";
import { StateRefused } from "../../browser/state/state-refused.ts";
import { StoreUnavailable, TooLarge } from "../../core/job/store-failures.ts";
import { SealBroken } from "../../core/session/seal.ts";
import type { SessionDefinition } from "../../core/session/session.ts";
import { LoginFailed } from "./log-in.ts";
import { SessionUnavailable } from "./session-seat.ts";

const STORE_RETRY_SECONDS = 5;

/** Whether nothing but this session stands in the way, so that another one of its pool would do. */
export function isSessionsOwn(error: unknown, { endpoint }: SessionDefinition): error is Error {
  // Its own browser is part of the session; the container's isn't.
  if (error instanceof EndpointUnavailable) return endpoint !== undefined;
  return [LoginFailed, SealBroken, StateRefused, TooLarge].some((kind) => error instanceof kind);
}

/** A store or key service that doesn't answer is neither the job's fault nor the session's; other errors pass. */
export function asUnavailable(session: string, error: unknown): unknown {
  if (!(error instanceof StoreUnavailable)) return error;
  const reason = `the state of session ${session} could not be read or written (${error.message}); the job comes again`;
  return new SessionUnavailable(session, reason, STORE_RETRY_SECONDS);
}
