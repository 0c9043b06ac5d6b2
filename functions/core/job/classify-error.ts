import { PermanentFailure, TransientFailure } from "./failures.ts";
import type { JobError } from "./outcome.ts";

export interface ClassifiedError {
  readonly error: JobError;
  /** Whether another attempt may help. */
  readonly retryable: boolean;
}

/**
 * Messages of Playwright and Chromium that come and go: worth another attempt in a fresh context. Everything that no
 * row knows is taken as permanent, because a retry costs money and an honest error doesn't.
 * Source of the names: Chromium net_error_list.h; Playwright 1.65 error texts.
 */
const FLAKY: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "NavigationTimeout", pattern: /Timeout \d+ms exceeded/u },
  {
    name: "ConnectionFailed",
    pattern:
      /net::ERR_(?:CONNECTION_(?:RESET|CLOSED|REFUSED|TIMED_OUT|ABORTED|FAILED)|EMPTY_RESPONSE|NETWORK_CHANGED|TIMED_OUT|SOCKET_NOT_CONNECTED|HTTP2_PROTOCOL_ERROR|QUIC_PROTOCOL_ERROR|INCOMPLETE_CHUNKED_ENCODING|NETWORK_IO_SUSPENDED|INSUFFICIENT_RESOURCES|PROXY_CONNECTION_FAILED|TUNNEL_CONNECTION_FAILED)/u,
  },
  {
    name: "NameNotResolved",
    pattern: /net::ERR_(?:NAME_NOT_RESOLVED|DNS_TIMED_OUT|ADDRESS_UNREACHABLE|INTERNET_DISCONNECTED)/u,
  },
  { name: "NavigationInterrupted", pattern: /net::ERR_ABORTED|frame was detached|interrupted by another navigation/iu },
  { name: "ContextGone", pattern: /Target page, context or browser has been closed|Target closed|Session closed/iu },
  { name: "ContextGone", pattern: /Execution context was destroyed|Cannot find context with specified id/iu },
  { name: "PageCrashed", pattern: /Page crashed|Target crashed/iu },
];

const MESSAGE_MAX_CHARACTERS = 2_000;

/** The one place that decides whether an error is worth another attempt. */
export function classifyError(thrown: unknown): ClassifiedError {
  if (thrown instanceof PermanentFailure) return classified(thrown.name, thrown.message, false, thrown.at);
  if (thrown instanceof TransientFailure) return classified(thrown.name, thrown.message, true, thrown.at);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const flaky = FLAKY.find(({ pattern }) => pattern.test(message));
  if (flaky) return classified(flaky.name, message, true);
  return classified(thrown instanceof Error ? thrown.name : "Error", message, false);
}

function classified(name: string, message: string, retryable: boolean, at?: string): ClassifiedError {
  const bounded =
    message.length > MESSAGE_MAX_CHARACTERS ? `${message.slice(0, MESSAGE_MAX_CHARACTERS - 1)}…` : message;
  return { error: { name, message: bounded, ...(at === undefined ? {} : { at }) }, retryable };
}
