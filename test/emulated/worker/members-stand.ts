import { decodeState } from "../../../functions/core/session/state/encoded-state.ts";
import { snapshotOf } from "../../../functions/core/session/state/states.ts";
import type { SessionDefinition, SessionLease, SessionRecord } from "../../../functions/core/session/session.ts";
import type { Seal } from "../../../functions/core/session/seal.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import type { Strategy } from "../../../functions/strategies/contract/define-strategy.ts";
import type { Container } from "../../../functions/worker/container.ts";
import { SessionRoom } from "../../../functions/worker/sessions/session-room.ts";
import { MembersSite, quickLogin, sessionOf } from "./members-site.ts";
import { LABELLED_SEAL, strategyThat, WorkerStand } from "./worker-stand.ts";

/** Opens one member's page and answers where it ended. */
export const visit = strategyThat(async ({ page }) => {
  await page.goto("https://shop.example/orders");
  return page.url();
});

interface Doubles {
  readonly store?: SessionStore;
  readonly seal?: Seal;
  readonly change?: Partial<Container>;
}

/** The worker's stand with a site that has members. */
export class MembersStand {
  readonly stand: WorkerStand;
  readonly site = new MembersSite();

  private constructor(stand: WorkerStand) {
    this.stand = stand;
    stand.browser.site = this.site.answer;
  }

  static async start(): Promise<MembersStand> {
    return new MembersStand(await WorkerStand.start());
  }

  async create(session: Partial<SessionDefinition> & { readonly name: string }): Promise<void> {
    this.stand.secrets.set(`ssm:/sublet/${session.name}`, { username: session.name });
    await this.stand.sessions.create(sessionOf(session), undefined, Date.now());
  }

  container(
    environment: Readonly<Record<string, string>> = {},
    strategies: readonly Strategy[] = [visit],
    { store = this.stand.sessions, seal = LABELLED_SEAL, change = {} }: Doubles = {},
  ): Container {
    const { credentials, logins, endpoints } = this.stand.sessionRoom([quickLogin]);
    const sessions = new SessionRoom({ store, seal, credentials, logins, endpoints });
    return this.stand.container(strategies, environment, { sessions, ...change });
  }

  async read(name: string): Promise<SessionRecord | undefined> {
    return this.stand.sessions.read(name);
  }

  /** What a session's cookies are, as far as the store knows. */
  async storedCookies(name: string): Promise<Map<string, string>> {
    const record = await this.read(name);
    if (record?.sealed === undefined) throw new Error("no state");
    const state = decodeState(await LABELLED_SEAL.open({ session: name, site: record.site }, record.sealed));
    return new Map(snapshotOf(state, { nowMs: Date.now() }).cookies.map((cookie) => [cookie.name, cookie.value]));
  }

  /** What an invocation has left behind. */
  async left(...sessions: readonly string[]): Promise<typeof NOTHING> {
    const { open, listeners } = this.stand.browser;
    const records = await Promise.all(sessions.map((name) => this.read(name)));
    return { contexts: [...open], listeners, holders: records.flatMap((record) => record?.holder ?? []) };
  }
}

export const NOTHING: {
  readonly contexts: readonly string[];
  readonly listeners: number;
  readonly holders: readonly SessionLease[];
} = { contexts: [], listeners: 0, holders: [] };

/** The target with some of its methods replaced. */
export function withCalls<Target extends object>(target: Target, calls: Partial<Target>): Target {
  return new Proxy(target, {
    get(real, name) {
      const replaced: unknown = Reflect.get(calls, name);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(real, name);
      return typeof value === "function" ? (value.bind(real) as unknown) : value;
    },
  });
}
