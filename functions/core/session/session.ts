import type { LeaseOwner } from "../lease/lease.ts";

/**
 * How jobs may share a login, because sites differ.
 * `exclusive`: one job at a time in the whole fleet. `pages`: one context in one container, several pages in it.
 * `shared`: every container has the cookies, one of them at a time logs in.
 */
export const SESSION_POLICIES = ["exclusive", "pages", "shared"] as const;
export type SessionPolicy = (typeof SESSION_POLICIES)[number];

/**
 * Which session of a pool is next. `least-recently-used`: the one given back longest ago. `round-robin`: the one leased
 * longest ago. `until-failure`: the one given back last, until it fails.
 */
export const POOL_ORDERS = ["least-recently-used", "round-robin", "until-failure"] as const;
export type PoolOrder = (typeof POOL_ORDERS)[number];

/** How a session logs in. The credentials are named here and kept elsewhere. */
export interface SessionLogin {
  /** Name of a login strategy, such as `recipe-login`. */
  readonly strategy: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** `secretsmanager:sublet/NAME` or `ssm:/sublet/NAME`; absent where the login needs none. */
  readonly credentials?: string;
}

/** What a session is, as its owner says it. Everything else in its record is Sublet's own. */
export interface SessionDefinition {
  readonly name: string;
  /** Host of the site, as a job names it. Together with the name it is the context that the state is sealed under. */
  readonly site: string;
  readonly policy: SessionPolicy;
  readonly pool?: string;
  /** Of the pool; the same in all of its sessions. */
  readonly order: PoolOrder;
  readonly login?: SessionLogin;
  /** A running browser (CDP or Playwright endpoint) that this session's jobs run in. */
  readonly endpoint?: string;
  /** `pages`: how many jobs at once. */
  readonly pages: number;
  /** Limit of one attempt of a job in it, beside the job's own, in milliseconds. */
  readonly jobLimitMs: number;
  /** How long a login is good for, in milliseconds. */
  readonly maxAgeMs?: number;
  /** After how many jobs the session is retired. */
  readonly maxUses?: number;
}

/** What is wrong with a session for good or for now; `busy` and `refreshing` are read off the holder. */
export type SessionCondition =
  | { readonly kind: "ready" }
  | {
      readonly kind: "unhealthy";
      readonly reason: string;
      readonly sinceMs: number;
      /** From then on somebody who takes it checks it first. */
      readonly recheckAtMs: number;
      /** How often in a row it was found unhealthy: each time the next check is further off. */
      readonly times: number;
    }
  | { readonly kind: "retired"; readonly reason: string; readonly sinceMs: number };

/** Sum of recent failures; halves with time. */
export interface ErrorScore {
  readonly value: number;
  readonly atMs: number;
}

/** The right of one container to act in a session until a time. `fence` rises with every one. */
export interface SessionLease {
  readonly session: string;
  readonly owner: LeaseOwner;
  readonly fence: number;
  /** `jobs`: jobs run under it (exclusive, pages). `refresh`: its holder logs in, and followers of a shared session wait. */
  readonly purpose: "jobs" | "refresh";
  readonly acquiredAtMs: number;
  readonly renewedAtMs: number;
  readonly expiresAtMs: number;
}

/** What is stored for a session. Immutable. */
export interface SessionRecord extends SessionDefinition {
  readonly condition: SessionCondition;
  readonly errorScore: ErrorScore;
  /** Jobs that ran in it. */
  readonly uses: number;
  readonly createdAtMs: number;
  /** When somebody last logged in, or the state was imported; absent when there is no state yet. */
  readonly loggedInAtMs?: number;
  /** When it was last given back, or a shared one last told of a use. */
  readonly lastUsedAtMs: number;
  readonly lastLeasedAtMs: number;
  /** Fence of the last lease; 0 when there was none. */
  readonly fence: number;
  /** Fence of the lease under which somebody last logged in: cookies of earlier logins are void. 0: imported. */
  readonly loginFence: number;
  /** Rises with every change of the state. */
  readonly revision: number;
  /** The last lease, when it isn't released. It may have expired. */
  readonly holder?: SessionLease;
  /** How many late writers were refused. */
  readonly fencedOut: number;
  /** Sealed JSON of a `SessionState`. */
  readonly sealed?: Uint8Array;
}
