import { randomUUID } from "node:crypto";
import {
  makeMemberRecorder,
  type MemberHistory,
  type RefusedBecause,
  type SignedOutBecause,
  type TurnedAwayBecause,
} from "./member-history.ts";

export interface MembersOptions {
  /** `member-1` to `member-<count>` may log in, each with the password `<user>-secret`; 100 by default. */
  readonly count?: number;
  /** What happens to a login while another of this member is active; `refuse` by default. */
  readonly secondLogin?: "refuse" | "replace" | "allow";
  /** A new token with each answer, and a `member-seen` cookie that counts; off by default. */
  readonly rotation?: boolean;
  /** With rotation: how many of the newest tokens are accepted, 1 or more; 30 by default. */
  readonly acceptedTokens?: number;
  /** A login ends when it hasn't been used for so long; 300,000 by default. */
  readonly idleMs?: number;
  /** Between the storing of a search and its answer; 0 by default. */
  readonly searchLatencyMs?: number;
}

/** What a test does to members from outside. */
export interface MembersControl {
  history(): MemberHistory;
  /** Ends the member's logins; the next one is accepted at once. The count of ended logins; null without such a member. */
  expire(user: string): number | null;
  /** Ends the member's logins and refuses all later ones. */
  revoke(user: string): number | null;
  /** Takes `revoke` back. */
  restore(user: string): number | null;
}

export interface Members extends MembersControl {
  readonly searchLatencyMs: number;
  login(user: string, password: string): LoginAnswer;
  admit(arrival: MemberArrival): Admission;
}

export type LoginAnswer =
  | { readonly kind: "accepted"; readonly token: string; readonly device: string }
  | { readonly kind: "refused"; readonly reason: RefusedBecause };

export interface MemberArrival {
  readonly token: string | undefined;
  readonly device: string | undefined;
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  readonly preferences: Readonly<Record<string, string>>;
}

export type Admission =
  | { readonly kind: "admitted"; readonly visit: MemberVisit }
  | { readonly kind: "turned-away"; readonly reason: TurnedAwayBecause };

/** One request of a member who is signed in. */
export interface MemberVisit {
  readonly user: string;
  readonly login: number;
  readonly preferences: Readonly<Record<string, string>>;
  search(sku: string): void;
  /** The last search of this login, whichever page made it. */
  lastSearch(): string | null;
  logout(): void;
  /** To be called once, when the answer is made. What it must set; null without rotation or when the login has ended. */
  end(): { readonly token: string; readonly seen: number } | null;
}

interface Login {
  readonly number: number;
  readonly user: string;
  readonly id: string;
  readonly device: string;
  newestToken: number;
  seen: number;
  lastSearch: string | null;
  usedAtMs: number;
}

/** Members and their logins, in memory. `nowMs` is the clock. */
export function makeMembers(options: MembersOptions = {}, nowMs: () => number = Date.now): Members {
  const { count = 100, secondLogin = "refuse", rotation = false, acceptedTokens = 30 } = options;
  const { idleMs = 300_000, searchLatencyMs = 0 } = options;
  if (!(acceptedTokens >= 1)) {
    throw new RangeError(`members.acceptedTokens must be 1 or more, not ${acceptedTokens}: 0 would accept nobody.`);
  }
  const recorder = makeMemberRecorder(nowMs);
  const logins = new Map<string, Login>();
  const locked = new Set<string>();
  let made = 0;

  const isMember = (user: string): boolean => Number(/^member-([1-9]\d{0,8})$/.exec(user)?.[1] ?? Infinity) <= count;
  const isActive = (login: Login): boolean => logins.get(login.id) === login;
  const end = ({ id, user, number }: Login, reason: SignedOutBecause): void => {
    logins.delete(id);
    recorder.add({ kind: "sign-out", user, login: number, reason });
  };
  const endIfIdle = (login: Login): void => {
    if (nowMs() - login.usedAtMs >= idleMs) end(login, "idle");
  };
  const activeOf = (user: string): Login[] => {
    const own = (): Login[] => [...logins.values()].filter((login) => login.user === user);
    own().forEach(endIfIdle);
    return own();
  };
  const endAll = (user: string, reason: SignedOutBecause): number => {
    const active = activeOf(user);
    for (const login of active) end(login, reason);
    return active.length;
  };

  const refusal = (user: string, password: string): RefusedBecause | null => {
    if (!isMember(user)) return "unknown-user";
    if (password !== `${user}-secret`) return "wrong-password";
    if (locked.has(user)) return "locked";
    return secondLogin === "refuse" && activeOf(user).length > 0 ? "active-session" : null;
  };

  const visitOf = (login: Login, token: number, arrival: MemberArrival): MemberVisit => {
    const { method, path, preferences } = arrival;
    const flight = recorder.start({ user: login.user, login: login.number, method, path, token, preferences });
    login.usedAtMs = nowMs();
    return {
      user: login.user,
      login: login.number,
      preferences,
      search: (sku) => {
        login.lastSearch = sku;
        flight.searched(sku);
      },
      lastSearch: () => {
        flight.shown(login.lastSearch);
        return login.lastSearch;
      },
      logout: () => {
        if (isActive(login)) end(login, "logout");
      },
      end: () => {
        const rotates = rotation && isActive(login);
        login.usedAtMs = nowMs();
        if (rotates) {
          login.newestToken += 1;
          login.seen += 1;
        }
        flight.ended(rotates ? login.newestToken : null);
        return rotates ? { token: tokenOf(login), seen: login.seen } : null;
      },
    };
  };

  return {
    searchLatencyMs,
    login: (user, password) => {
      const reason = refusal(user, password);
      if (reason !== null) {
        recorder.add({ kind: "login-refused", user: user.slice(0, 64), reason });
        return { kind: "refused", reason };
      }
      if (secondLogin === "replace") endAll(user, "replaced");
      const login: Login = {
        number: (made += 1),
        user,
        id: randomUUID(),
        device: randomUUID(),
        newestToken: 1,
        seen: 0,
        lastSearch: null,
        usedAtMs: nowMs(),
      };
      logins.set(login.id, login);
      recorder.add({ kind: "login-accepted", user, login: login.number });
      return { kind: "accepted", token: tokenOf(login), device: login.device };
    },
    admit: (arrival) => {
      const { token, device, method, path } = arrival;
      const turnAway = (reason: TurnedAwayBecause, user: string | null): Admission => {
        recorder.add({ kind: "turned-away", user, method, path, reason });
        return { kind: "turned-away", reason };
      };
      if (token === undefined) return turnAway("no-token", null);
      const [, id = "", digits = ""] = /^([\w-]{36})\.([1-9]\d{0,14})$/.exec(token) ?? [];
      const login = logins.get(id);
      if (login !== undefined) endIfIdle(login);
      const number = Number(digits);
      if (login === undefined || !isActive(login) || number > login.newestToken) return turnAway("unknown-token", null);
      if (device !== login.device) return turnAway("no-device", login.user);
      if (login.newestToken - number >= acceptedTokens) {
        endAll(login.user, "stale-token");
        return turnAway("stale-token", login.user);
      }
      return { kind: "admitted", visit: visitOf(login, number, arrival) };
    },
    history: () => recorder.history(),
    expire: (user) => (isMember(user) ? endAll(user, "expired") : null),
    revoke: (user) => {
      if (!isMember(user)) return null;
      locked.add(user);
      return endAll(user, "revoked");
    },
    restore: (user) => {
      if (!isMember(user)) return null;
      locked.delete(user);
      return 0;
    },
  };
}

const tokenOf = ({ id, newestToken }: Login): string => `${id}.${newestToken}`;
