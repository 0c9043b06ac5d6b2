import { setTimeout as delay } from "node:timers/promises";

import { isOver } from "../../core/session/session-rules.ts";
import type { SessionRecord } from "../../core/session/session.ts";
import type { SessionTake } from "../../core/session/session-store.ts";
import { HeldSession } from "./held-session.ts";
import { leaseForSeat } from "./lease-for-seat.ts";
import { retryAfterSeconds } from "./after-use.ts";
import { SessionUnavailable, type SeatRequest } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";

const POLL_MS = 250;

/** `isOver`: the site has shown that the login is over. Otherwise the refresher finds out first. */
export interface LoginReason {
  readonly text: string;
  readonly isOver: boolean;
}

/**
 * Logs a `shared` session in, once for the whole fleet: of all who find its login over, the one whose take goes through is
 * the refresher, and the others wait for its cookies. Within this container one waits for all.
 */
export class SharedLogins {
  readonly #surroundings: SessionSurroundings;
  readonly #underWay = new Map<string, Promise<SessionRecord>>();
  readonly #close = new AbortController();
  /** The heartbeat renews them. */
  readonly refreshing = new Set<HeldSession>();

  constructor(surroundings: SessionSurroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * The session's record after a login that is later than `seen`'s.
   * @throws SessionUnavailable where it can't be logged in, or nobody did so in time; the signal's reason
   */
  async loggedIn(seen: SessionRecord, why: LoginReason, request: SeatRequest): Promise<SessionRecord> {
    request.signal.throwIfAborted();
    const key = `${seen.name} ${seen.loginFence}`;
    let underWay = this.#underWay.get(key);
    if (underWay === undefined) {
      underWay = this.#elect(seen, why, request).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, underWay);
    }
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(request.signal.reason);
    request.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([underWay, aborted.promise]);
    } finally {
      request.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Ends logins that nobody here waits for any more, and gives their sessions back. Never throws. */
  async close(): Promise<void> {
    this.#close.abort(new Error("the invocation is about to end"));
    await Promise.allSettled(this.#underWay.values());
  }

  async #elect(seen: SessionRecord, why: LoginReason, request: SeatRequest): Promise<SessionRecord> {
    const { configuration } = this.#surroundings;
    const untilMs = Date.now() + configuration.sessionLoginMs;
    for (let known = seen; ;) {
      this.#close.signal.throwIfAborted();
      if (isReadyAfter(known, seen)) return known;
      // Whoever is at it now may be done by the time of our take, under the very fence that we know: look first.
      if (known.holder === undefined || isOver(known.holder, Date.now())) {
        const take = await this.#take(known);
        if (take.kind === "taken")
          return this.#elected(seen, new HeldSession(this.#surroundings, take, false), why, request);
        if (take.kind === "unknown") throw new SessionUnavailable(seen.name, "the session is no longer there", 60);
        known = take.record;
      }
      if (known.condition.kind !== "ready" && known.holder === undefined) throw putAside(known);
      if (Date.now() >= untilMs) {
        const reason = `another container logs in, and wasn't done within ${configuration.sessionLoginMs} ms`;
        throw new SessionUnavailable(seen.name, reason, 5);
      }
      await delay(POLL_MS, undefined, { signal: this.#close.signal });
      known = (await this.#surroundings.room.store.read(seen.name)) ?? known;
    }
  }

  async #take(known: SessionRecord): Promise<SessionTake> {
    const { room, owner, configuration } = this.#surroundings;
    const request = { name: known.name, owner, durationMs: configuration.sessionLeaseMs, purpose: "refresh" } as const;
    return room.store.take({ ...request, ifFence: known.fence, recheck: true }, Date.now());
  }

  /** A refresher that was thought dead may have logged in between our last look and our take: its login is as good. */
  async #elected(
    seen: SessionRecord,
    held: HeldSession,
    why: LoginReason,
    request: SeatRequest,
  ): Promise<SessionRecord> {
    if (!isReadyAfter(held.record, seen)) return this.#refresh(held, why, request);
    await held.release({});
    return held.record;
  }

  async #refresh(held: HeldSession, why: LoginReason, request: SeatRequest): Promise<SessionRecord> {
    this.#surroundings.meter.count("leased");
    if (why.isOver) held.endLogin(why.text);
    this.refreshing.add(held);
    try {
      // Not the job's own signal: who waits in this container needs the login all the same.
      const signal = AbortSignal.any([held.gone, this.#close.signal]);
      const context = await leaseForSeat(this.#surroundings.browserOf(held.record), { ...request, signal });
      try {
        await held.bringIn(context, signal);
      } finally {
        await context.release();
      }
      const { record } = held;
      await held.release({});
      return record;
    } catch (error) {
      const failure = await held.failed(error);
      await held.release({});
      throw failure;
    } finally {
      this.refreshing.delete(held);
    }
  }
}

function isReadyAfter(record: SessionRecord, seen: SessionRecord): boolean {
  const checked = seen.condition.kind === "unhealthy" || record.loginFence > seen.loginFence;
  return record.condition.kind === "ready" && checked;
}

function putAside({ name, condition }: SessionRecord): SessionUnavailable {
  const reason = condition.kind === "ready" ? "it is ready" : `the session is ${condition.kind}: ${condition.reason}`;
  return new SessionUnavailable(name, reason, retryAfterSeconds(condition, Date.now()));
}
