import { keep } from "./visitors.ts";

/** One thing that happened. `step` rises with everything that happens, so equal times stay in order. */
export type MemberEvent = LoginAccepted | LoginRefused | MemberRequest | TurnedAway | SignOut;

export interface LoginAccepted {
  readonly kind: "login-accepted";
  readonly step: number;
  readonly atMs: number;
  readonly user: string;
  /** The number of this login, from 1 over the whole shop. */
  readonly login: number;
}

export type RefusedBecause = "unknown-user" | "wrong-password" | "active-session" | "locked";

export interface LoginRefused {
  readonly kind: "login-refused";
  readonly step: number;
  readonly atMs: number;
  /** As it was typed, cut at 64 characters. */
  readonly user: string;
  readonly reason: RefusedBecause;
}

/** A request that came with a valid login. */
export interface MemberRequest {
  readonly kind: "request";
  /** When it came in. */
  readonly step: number;
  /** When its answer was made; null while it is under way, like `endedAtMs`. */
  readonly endedStep: number | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly user: string;
  readonly login: number;
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  /** The number of the token it came with: 1 is the one that the login gave. */
  readonly token: number;
  /** The number of the token that its answer set; null without rotation, and when the login ended meanwhile. */
  readonly issued: number | null;
  /** The preference cookies it came with. */
  readonly preferences: Readonly<Record<string, string>>;
  /** The sku that it made the last search of this login. */
  readonly searched: string | null;
  /** The sku of the record that it showed. */
  readonly shown: string | null;
  /** When it stored or read the last search; null when it did neither. */
  readonly searchStep: number | null;
  /** How many other requests of this member were under way at any time of this one. */
  readonly overlapping: number;
}

export type TurnedAwayBecause = "no-token" | "unknown-token" | "stale-token" | "no-device";

/** A request for a members' page that was sent to the login. */
export interface TurnedAway {
  readonly kind: "turned-away";
  readonly step: number;
  readonly atMs: number;
  /** Null when the token belongs to no login that is active. */
  readonly user: string | null;
  readonly method: string;
  readonly path: string;
  readonly reason: TurnedAwayBecause;
}

export type SignedOutBecause = "logout" | "idle" | "expired" | "revoked" | "replaced" | "stale-token";

export interface SignOut {
  readonly kind: "sign-out";
  readonly step: number;
  readonly atMs: number;
  readonly user: string;
  readonly login: number;
  readonly reason: SignedOutBecause;
}

export interface MemberFlights {
  readonly requests: number;
  /** Requests that overlapped with at least one other of the same member; 0 means single flight. */
  readonly overlapped: number;
  readonly mostAtOnce: number;
}

export interface MemberHistory {
  /** The newest 10,000, oldest first. */
  readonly events: readonly MemberEvent[];
  /** By user, over all requests, those that `events` has forgotten too. */
  readonly flights: Readonly<Record<string, MemberFlights>>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type WithoutStep<T> = T extends MemberEvent ? Omit<T, "step" | "atMs"> : never;
type Arrival = Pick<MemberRequest, "user" | "login" | "method" | "path" | "token" | "preferences">;

/** A request under way: what is set here, the history shows. */
export interface Flight {
  searched(sku: string): void;
  shown(sku: string | null): void;
  ended(issued: number | null): void;
}

export interface MemberRecorder {
  add(event: WithoutStep<Exclude<MemberEvent, MemberRequest>>): void;
  start(arrival: Arrival): Flight;
  history(): MemberHistory;
}

export function makeMemberRecorder(nowMs: () => number): MemberRecorder {
  const events = new Map<string, MemberEvent>();
  const underWay = new Map<string, Set<Writable<MemberRequest>>>();
  const flights = new Map<string, Writable<MemberFlights>>();
  let steps = 0;
  const remember = (event: MemberEvent): void => keep(events, String(event.step), event);

  const start = (arrival: Arrival): Flight => {
    const request: Writable<MemberRequest> = {
      kind: "request",
      step: (steps += 1),
      endedStep: null,
      startedAtMs: nowMs(),
      endedAtMs: null,
      ...arrival,
      issued: null,
      searched: null,
      shown: null,
      searchStep: null,
      overlapping: 0,
    };
    remember(request);
    const others = underWay.get(arrival.user) ?? new Set();
    const counts = flights.get(arrival.user) ?? { requests: 0, overlapped: 0, mostAtOnce: 0 };
    request.overlapping = others.size;
    for (const other of others) {
      if (other.overlapping === 0) counts.overlapped += 1;
      other.overlapping += 1;
    }
    underWay.set(arrival.user, others.add(request));
    counts.requests += 1;
    if (request.overlapping > 0) counts.overlapped += 1;
    counts.mostAtOnce = Math.max(counts.mostAtOnce, others.size);
    flights.set(arrival.user, counts);
    return {
      searched: (sku) => Object.assign(request, { searched: sku, searchStep: (steps += 1) }),
      shown: (sku) => Object.assign(request, { shown: sku, searchStep: (steps += 1) }),
      ended: (issued) => {
        others.delete(request);
        Object.assign(request, { issued, endedStep: (steps += 1), endedAtMs: nowMs() });
      },
    };
  };

  return {
    add: (event) => remember({ ...event, step: (steps += 1), atMs: nowMs() }),
    start,
    history: () => ({
      events: [...events.values()].map((event) => ({ ...event })),
      flights: Object.fromEntries([...flights].map(([user, counts]) => [user, { ...counts }])),
    }),
  };
}
