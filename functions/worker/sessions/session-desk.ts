import { ChangeSignal } from "../../browser/change-signal.ts";
import type { Job } from "../../core/job/job-message.ts";
import type { LeaseOwner } from "../../core/lease/lease.ts";
import type { SessionMeter } from "../../core/session/session-meter.ts";
import type { Container } from "../container.ts";
import { Line, type Entrance } from "./line.ts";
import { PagesHolds } from "./pages-holds.ts";
import { SeatFinder, type Look } from "./seat-finder.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";
import { unknownSession, type Seated, type SessionTurn, type Turn } from "./session-turn.ts";
import { SharedLogins } from "./shared-logins.ts";

const POLL_MS = 250;
/** What a job waits before it asks again for a session that others were faster to get. */
const BUSY_RETRY_SECONDS = 2;

/** What a job wants: one session, or any of a pool. */
interface Wish {
  readonly job: string;
  readonly wanted: string;
  readonly places: number;
  /** In a pool the next one asks as soon as this one is seated; a session by name is used by so many at once. */
  readonly endsWhenSeated: boolean;
  /** @param again whether the job has looked before */
  look(again: boolean): Promise<Look>;
}

/**
 * Where an invocation's jobs get their sessions. Jobs that want the same one stand in a line of their own, in the order in
 * which they came, and without a slot.
 */
export class SessionDesk {
  readonly #surroundings: SessionSurroundings;
  readonly #changed = new ChangeSignal();
  readonly #lines = new Map<string, Line>();
  readonly #holds: PagesHolds;
  readonly #logins: SharedLogins;
  readonly #finder: SeatFinder;
  #waiting = 0;

  constructor(container: Container, owner: LeaseOwner, meter: SessionMeter) {
    const { sessions: room, configuration, log, browser } = container;
    this.#surroundings = {
      room,
      owner,
      configuration,
      log,
      meter,
      browserOf: ({ endpoint }) => (endpoint === undefined ? browser : room.endpoints.get(endpoint)),
      changed: () => this.#changed.tell(),
    };
    this.#holds = new PagesHolds(this.#surroundings);
    this.#logins = new SharedLogins(this.#surroundings);
    this.#finder = new SeatFinder(this.#surroundings, this.#holds, this.#logins);
  }

  /** A job's turn; undefined where it wants no session. Rejects with the signal's reason. */
  async turn({ id: job, session, sessionPool }: Job, signal: AbortSignal): Promise<Turn | undefined> {
    if (session === undefined && sessionPool === undefined) return undefined;
    const wish =
      session === undefined ? this.#poolWish(job, String(sessionPool)) : await this.#sessionWish(job, session);
    if (wish === undefined) return unknownSession(String(session));
    const startedAtMs = Date.now();
    const line = this.#lineFor(wish);
    const entrance = await this.#enter(line, signal);
    if (entrance.kind === "waited-too-long") {
      this.#surroundings.meter.count("unavailable");
      return { kind: "refused", detail: `${wish.wanted} was busy in this container for too long` };
    }
    const end = () => {
      entrance.leave();
      // Called a second time, it may be another line by now.
      if (line.isIdle && this.#lines.get(wish.wanted) === line) this.#lines.delete(wish.wanted);
    };
    const turn: SessionTurn = { take: (whileSignal) => this.#take(wish, startedAtMs, whileSignal, end), end };
    return { kind: "turn", turn };
  }

  /** Jobs that stand in line here. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether a session stays open here for the next job. */
  get isHolding(): boolean {
    return this.#holds.size > 0;
  }

  /** One round of the heartbeat. Never throws. */
  async beat(): Promise<void> {
    const held = [...this.#finder.held, ...this.#logins.refreshing];
    await Promise.all([this.#holds.beat(), ...held.map((one) => one.renew())]);
  }

  /** Gives back what is still held, and ends logins under way, when the invocation's last job has left. Never throws. */
  async close(): Promise<void> {
    await Promise.all([this.#holds.close(), this.#logins.close()]);
  }

  async #enter(line: Line, signal: AbortSignal): Promise<Entrance> {
    this.#waiting += 1;
    try {
      return await line.enter(signal, this.#surroundings.configuration.waitLimitMs);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #take(wish: Wish, startedAtMs: number, signal: AbortSignal, end: () => void): Promise<Seated> {
    const { configuration, meter, log } = this.#surroundings;
    const untilMs = Date.now() + configuration.sessionWaitMs;
    for (let again = false; ; again = true) {
      if (signal.aborted) return { kind: "unavailable", reason: String(signal.reason), retryAfterSeconds: 0 };
      const look = await wish.look(again);
      if (look.kind === "seated") {
        if (wish.endsWhenSeated) end();
        const waitMs = Date.now() - startedAtMs;
        meter.waited(waitMs);
        log.info("job has its session", { job: wish.job, session: look.seat.session, waitMs });
        return look;
      }
      if (look.kind !== "not-yet") {
        if (look.kind === "unavailable") meter.count("unavailable");
        return look;
      }
      const leftMs = untilMs - Date.now();
      if (leftMs <= 0) {
        meter.count("unavailable");
        const reason = `${wish.wanted}: ${look.why}; waited ${configuration.sessionWaitMs} ms`;
        return { kind: "unavailable", reason, retryAfterSeconds: BUSY_RETRY_SECONDS };
      }
      await this.#somethingChanged(Math.min(POLL_MS, leftMs));
    }
  }

  async #sessionWish(job: string, name: string): Promise<Wish | undefined> {
    const definition = await this.#surroundings.room.definitionOf(name, Date.now());
    if (definition === undefined) return undefined;
    const places = { exclusive: 1, pages: definition.pages, shared: Number.POSITIVE_INFINITY }[definition.policy];
    const look = (again: boolean) => this.#finder.byName(definition, again);
    return { job, wanted: `session ${name}`, places, endsWhenSeated: false, look };
  }

  #poolWish(job: string, pool: string): Wish {
    const look = () => this.#finder.inPool(pool);
    return { job, wanted: `pool ${pool}`, places: 1, endsWhenSeated: true, look };
  }

  #lineFor({ wanted, places }: Wish): Line {
    const line = this.#lines.get(wanted) ?? new Line(places);
    this.#lines.set(wanted, line);
    return line;
  }

  async #somethingChanged(limitMs: number): Promise<void> {
    const poll = Promise.withResolvers<void>();
    const timer = setTimeout(poll.resolve, limitMs);
    await Promise.race([this.#changed.next(), poll.promise]);
    clearTimeout(timer);
  }
}
