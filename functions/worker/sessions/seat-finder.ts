import { isOver } from "../../core/session/session-rules.ts";
import type { SessionDefinition } from "../../core/session/session.ts";
import { retryAfterSeconds } from "./after-use.ts";
import { ExclusiveSeat } from "./exclusive-seat.ts";
import { HeldSession } from "./held-session.ts";
import type { PagesHolds } from "./pages-holds.ts";
import type { SessionSeat } from "./session-seat.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import { unknownSession, type Seated } from "./session-turn.ts";
import type { SharedLogins } from "./shared-logins.ts";
import { SharedSeat } from "./shared-seat.ts";
import { fromPool, takeByName, whyNot, type Taken } from "./take-session.ts";

/** What one look for a seat came to: a seat, an answer, or nothing yet. */
export type Look = Seated | { readonly kind: "not-yet"; readonly why: string };

/** Looks for a seat once; who looks again, and how long, is the desk's. */
export class SeatFinder {
  readonly #surroundings: SessionSurroundings;
  readonly #holds: PagesHolds;
  readonly #logins: SharedLogins;
  /** Sessions that single jobs hold. The heartbeat renews them. */
  readonly held = new Set<HeldSession>();
  /** Sessions that are being taken right now for several jobs of this container. */
  readonly #taking = new Map<string, Promise<Look>>();

  constructor(surroundings: SessionSurroundings, holds: PagesHolds, logins: SharedLogins) {
    this.#surroundings = surroundings;
    this.#holds = holds;
    this.#logins = logins;
  }

  /** @param again whether this job has looked before: then it reads first, because a refused write costs many times as much */
  async byName(definition: SessionDefinition, again: boolean): Promise<Look> {
    const busy = again && definition.policy !== "shared" ? await this.#stillHeld(definition.name) : undefined;
    if (busy !== undefined) return busy;
    switch (definition.policy) {
      case "shared":
        return this.#shared(definition.name, true);
      case "exclusive":
        return this.#take(definition.name, true, (taken) => this.#exclusive(taken, false));
      case "pages":
        return this.#pages(definition.name);
    }
  }

  /** One read; undefined where the session isn't held by another container any more. */
  async #stillHeld(name: string): Promise<Look | undefined> {
    const record = await this.#surroundings.room.store.read(name);
    const nowMs = Date.now();
    const { holder } = record ?? {};
    if (record === undefined || holder === undefined || isOver(holder, nowMs)) return undefined;
    if (holder.owner.container === this.#surroundings.owner.container) return undefined;
    return { kind: "not-yet", why: whyNot({ kind: "held", record }, nowMs) };
  }

  async inPool(pool: string): Promise<Look> {
    const here = this.#holds.seatInPool(pool);
    if (here !== undefined) return seated(here);
    const found = await fromPool(this.#surroundings, pool, (name, recheck) => this.#candidate(name, recheck));
    return found ?? { kind: "not-yet", why: `no session of the pool ${pool} is free` };
  }

  async #candidate(name: string, recheck: boolean): Promise<Look | undefined> {
    const definition = await this.#surroundings.room.definitionOf(name, Date.now());
    const look =
      definition?.policy === "shared"
        ? await this.#shared(name, recheck)
        : await this.#take(name, recheck, (taken) =>
            taken.record.policy === "pages" ? this.#holds.hold(taken, true) : this.#exclusive(taken, true),
          );
    return look.kind === "seated" ? look : undefined;
  }

  /** Several jobs may come at once: one of them takes the session, and the others find it held here. */
  async #pages(name: string): Promise<Look> {
    for (let taking = this.#taking.get(name); taking !== undefined; taking = this.#taking.get(name)) await taking;
    const here = this.#holds.seatIn(name);
    if (here !== undefined) return seated(here);
    const taking = this.#take(name, true, (taken) => this.#holds.hold(taken, false));
    this.#taking.set(name, taking);
    try {
      return await taking;
    } finally {
      if (this.#taking.get(name) === taking) this.#taking.delete(name);
    }
  }

  async #shared(name: string, recheck: boolean): Promise<Look> {
    const record = await this.#surroundings.room.store.read(name);
    if (record === undefined) return unknownSession(name);
    const { condition } = record;
    const nowMs = Date.now();
    const isReady =
      condition.kind === "ready" || (condition.kind === "unhealthy" && recheck && condition.recheckAtMs <= nowMs);
    if (isReady) return seated(new SharedSeat(this.#surroundings, this.#logins, record));
    return notReady(whyNot({ kind: "not-ready", record }, nowMs), record, nowMs);
  }

  async #take(name: string, recheck: boolean, sit: (taken: Taken) => SessionSeat): Promise<Look> {
    const take = await takeByName(this.#surroundings, name, recheck);
    const nowMs = Date.now();
    if (take.kind === "unknown") return unknownSession(name);
    this.#surroundings.room.learn(take.record, nowMs);
    if (take.kind === "taken") {
      const { fence, acquiredAtMs } = take.lease;
      const { lastUsedAtMs, condition } = take.record;
      this.#surroundings.meter.count("leased");
      this.#surroundings.log.info("session leased", {
        session: name,
        fence,
        acquiredAtMs,
        lastUsedAtMs,
        condition: condition.kind,
      });
      return seated(sit(take));
    }
    const why = whyNot(take, nowMs);
    return take.kind === "not-ready" ? notReady(why, take.record, nowMs) : { kind: "not-yet", why };
  }

  #exclusive(taken: Taken, pooled: boolean): SessionSeat {
    const held = new HeldSession(this.#surroundings, taken, pooled);
    this.held.add(held);
    return new ExclusiveSeat(this.#surroundings, held, () => this.held.delete(held));
  }
}

function seated(seat: SessionSeat): Look {
  return { kind: "seated", seat };
}

function notReady(why: string, { name, condition }: Taken["record"], nowMs: number): Look {
  if (condition.kind === "retired") {
    const rule = `names a session that is retired (${condition.reason}); \`sublet sessions restore ${name}\` takes it back`;
    return { kind: "rejected", rejections: [{ field: "session", rule, value: JSON.stringify(name) }] };
  }
  return { kind: "unavailable", reason: why, retryAfterSeconds: retryAfterSeconds(condition, nowMs) };
}
