import type { ContextLease } from "../../browser/context-lease.ts";
import { PermanentFailure } from "../../core/job/failures.ts";
import type { Log } from "../../core/logging/log.ts";
import type { Credentials } from "../../core/session/credentials.ts";
import type { SessionDefinition } from "../../core/session/session.ts";
import { blotted } from "../../strategies/contract/blotted.ts";
import type { LoginRun, LoginStrategy } from "../../strategies/contract/define-login.ts";
import { ContextLost, crashBehind } from "../crash-news.ts";
import { withoutOutbound } from "../outbound-guard.ts";
import type { SessionRoom } from "./session-room.ts";

/** A session's login with its input read. */
export interface ReadyLogin {
  readonly strategy: LoginStrategy;
  readonly input: unknown;
  readonly credentials: string | undefined;
}

/** The session can't log in, and another try at once wouldn't help. The message says what to do and holds no secret. */
export class LoginFailed extends Error {
  override readonly name = "LoginFailed";
}

export interface LoginSurroundings {
  readonly room: SessionRoom;
  readonly log: Log;
  /** Limit of one login or one check, in milliseconds. */
  readonly limitMs: number;
}

/** The login that a session names; undefined where it has none. Throws `LoginFailed` where there's no such strategy or input. */
export function loginOf(room: SessionRoom, { name, login }: SessionDefinition): ReadyLogin | undefined {
  if (login === undefined) return undefined;
  const strategy = room.logins.get(login.strategy);
  if (strategy === undefined) {
    const known = [...room.logins.keys()].join(", ");
    throw new LoginFailed(`session ${name} names the login ${login.strategy}, which is none of ${known}`);
  }
  const input = strategy.input.safeParse(login.input);
  if (!input.success) {
    const problems = input.error.issues.map(({ path, message }) => `login.input.${path.join(".")}: ${message}`);
    throw new LoginFailed(`session ${name}: ${problems.join("; ")}`);
  }
  return { strategy, input: input.data, credentials: login.credentials };
}

/**
 * Logs in, in this context's page, and asks the site whether it worked.
 * @throws LoginFailed, ContextLost, the signal's reason
 */
export async function logIn(
  surroundings: LoginSurroundings,
  session: SessionDefinition,
  login: ReadyLogin,
  context: ContextLease,
  signal: AbortSignal,
): Promise<void> {
  const { room } = surroundings;
  const credentials = login.credentials === undefined ? {} : await credentialsFor(room, login.credentials);
  await bounded(surroundings, `the login of ${session.name}`, signal, async (limit) => {
    const run = loginRun(surroundings, session, login, context, limit, credentials);
    try {
      await withoutOutbound(login.strategy.name, () => login.strategy.login(run, credentials));
    } catch (error) {
      await throwWhereNotItsFault(error, context, signal);
      const kind = error instanceof PermanentFailure ? "was refused" : "failed";
      throw new LoginFailed(`the login of ${session.name} ${kind}: ${blotted(messageOf(error), credentials)}`);
    }
  });
  const isIn = await isLoggedIn(surroundings, session, login, context, signal);
  if (!isIn) {
    throw new LoginFailed(`after the login of ${session.name} its own check says that nobody is logged in`);
  }
}

/** Asks the site, in this context's page. Throws `LoginFailed` where the site gives no answer, and as `logIn` does. */
export async function isLoggedIn(
  surroundings: LoginSurroundings,
  session: SessionDefinition,
  login: ReadyLogin,
  context: ContextLease,
  signal: AbortSignal,
): Promise<boolean> {
  return bounded(surroundings, `the check of ${session.name}`, signal, async (limit) => {
    const run = loginRun(surroundings, session, login, context, limit, {});
    try {
      return await withoutOutbound(login.strategy.name, () => login.strategy.isLoggedIn(run));
    } catch (error) {
      await throwWhereNotItsFault(error, context, signal);
      throw new LoginFailed(`the check of ${session.name} got no answer: ${messageOf(error)}`);
    }
  });
}

/** Who is stopped, or loses the browser, can't log in, and that says nothing about the session. */
async function throwWhereNotItsFault(error: unknown, context: ContextLease, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw signal.reason;
  const crash = await crashBehind(error, context);
  if (crash) throw new ContextLost(crash);
}

async function credentialsFor(room: SessionRoom, reference: string): Promise<Credentials> {
  try {
    return await room.credentials.read(reference);
  } catch (error) {
    throw new LoginFailed(messageOf(error));
  }
}

interface Limit {
  readonly signal: AbortSignal;
  readonly untilMs: number;
}

/** The signal of what runs here aborts with the caller's, at the limit, and when it's over. */
async function bounded<Value>(
  { limitMs }: LoginSurroundings,
  what: string,
  signal: AbortSignal,
  work: (limit: Limit) => Promise<Value>,
): Promise<Value> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const ended = Promise.withResolvers<never>();
  const halt = (reason: unknown) => {
    stop.abort(reason);
    ended.reject(reason);
  };
  const onAbort = () => halt(signal.reason);
  const timer = setTimeout(
    () => halt(new LoginFailed(`${what} took longer than ${limitMs} ms (SUBLET_SESSION_LOGIN_MS)`)),
    limitMs,
  );
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work({ signal: stop.signal, untilMs: Date.now() + limitMs }), ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    stop.abort(new Error("the login is over"));
  }
}

function loginRun(
  { log }: LoginSurroundings,
  { name, site }: SessionDefinition,
  { strategy, input }: ReadyLogin,
  { page, context }: ContextLease,
  { signal, untilMs }: Limit,
  credentials: Credentials,
): LoginRun<unknown> {
  return {
    input,
    site,
    page,
    context,
    signal,
    remainingMs: () => Math.max(0, untilMs - Date.now()),
    log: (message, details) =>
      log.info(blotted(message, credentials), {
        ...blottedDetails(details, credentials),
        session: name,
        login: strategy.name,
      }),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A login may log what it has found in its page. */
function blottedDetails(details: Readonly<Record<string, unknown>> = {}, credentials: Credentials) {
  return JSON.parse(
    JSON.stringify(details, (_, value: unknown) => (typeof value === "string" ? blotted(value, credentials) : value)),
  ) as Record<string, unknown>;
}

/** Whether the site shows an address only to who isn't logged in. False where the session has no login to ask by. */
export function showsSignedOut(room: SessionRoom, session: SessionDefinition, address: string): boolean {
  if (!URL.canParse(address)) return false;
  try {
    const login = loginOf(room, session);
    return login !== undefined && login.strategy.showsSignedOut(login.input, new URL(address));
  } catch {
    // A login that can't be read says so when somebody logs in with it.
    return false;
  }
}
