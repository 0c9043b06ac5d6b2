import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { decodeState } from "../../../functions/core/session/state/encoded-state.ts";
import { snapshotOf } from "../../../functions/core/session/state/states.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import { MembersSite, quickLogin, sessionOf } from "./members-site.ts";
import { jobFor, LABELLED_SEAL, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
let site: MembersSite;
beforeEach(async () => {
  stand = await WorkerStand.start();
  site = new MembersSite();
  stand.browser.site = site.answer;
  stand.secrets.set("ssm:/sublet/ada", { username: "ada" });
  await stand.sessions.create(sessionOf({ name: "ada", policy: "shared" }), undefined, Date.now());
});
afterEach(() => stand.stop());

const CONTAINERS = 3;
const ROUNDS = 5;

/** Each job changes a cookie of its own, while the others change theirs. */
const prefer = strategyThat(async ({ page, input }) => {
  await page.goto(`https://shop.example/preference?name=${String(input["name"])}&value=${String(input["value"])}`);
  await meeting.all();
  return "set";
});

/** Nobody leaves before all have changed their cookie: their changes are told at the same moment. */
class Meeting {
  #come = 0;
  #open = Promise.withResolvers<void>();
  async all(): Promise<void> {
    this.#come += 1;
    const open = this.#open;
    if (this.#come === CONTAINERS) {
      this.#come = 0;
      this.#open = Promise.withResolvers();
      open.resolve();
    }
    await open.promise;
  }
}
const meeting = new Meeting();

/** Changes cookies in rounds of three containers at once; answers the cookies that are stored in the end. */
async function changeAtOnce(store: SessionStore): Promise<Map<string, string>> {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let index = 0; index < CONTAINERS; index += 1) {
      await stand.send(jobFor(prefer, { session: "ada", input: { name: `p${index}-${round}`, value: `v${round}` } }));
    }
    const containers = Array.from({ length: CONTAINERS }, () =>
      stand.container([prefer], {}, { sessions: stand.sessionRoom([quickLogin], store) }),
    );
    await Promise.all(containers.map((one) => stand.deliver(one, { max: 1 })));
  }
  const record = await stand.sessions.read("ada");
  if (record?.sealed === undefined) throw new Error("no state");
  const state = decodeState(await LABELLED_SEAL.open({ session: "ada", site: "shop.example" }, record.sealed));
  return new Map(snapshotOf(state, { nowMs: Date.now() }).cookies.map(({ name, value }) => [name, value]));
}

const everyPreference = new Map(
  Array.from({ length: ROUNDS * CONTAINERS }, (_, index) => {
    const round = Math.floor(index / CONTAINERS);
    return [`p${index % CONTAINERS}-${round}`, `v${round}`] as const;
  }),
);

describe("cookies that three containers change at once", () => {
  it("are all kept", async () => {
    const cookies = await changeAtOnce(stand.sessions);
    expect(new Map([...cookies].filter(([name]) => name.startsWith("p")))).toEqual(everyPreference);
    expect(site.logins).toEqual(["ada"]);
  });

  it("are lost, some of them, where the whole state is overwritten", async () => {
    const overwrites = new Proxy(stand.sessions, {
      get(store, name: keyof SessionStore) {
        if (name !== "amend") return Reflect.get(store, name).bind(store) as unknown;
        return async (...[session, basis, change, nowMs]: Parameters<SessionStore["amend"]>) => {
          const stored = await store.read(session);
          return store.amend(session, { ...basis, revision: stored?.revision ?? 0 }, change, nowMs);
        };
      },
    });
    const cookies = await changeAtOnce(overwrites);
    expect([...cookies].filter(([name]) => name.startsWith("p")).length).toBeLessThan(everyPreference.size);
  });
});

describe("the election of who logs in", () => {
  it("fails to keep it to one login where a take looks neither at the fence nor at what happened meanwhile", async () => {
    const careless = new Proxy(stand.sessions, {
      get(store, name: keyof SessionStore) {
        if (name !== "take") return Reflect.get(store, name).bind(store) as unknown;
        return async (request: Parameters<SessionStore["take"]>[0], nowMs: number) => {
          const { ifFence: _, ...anyFence } = request;
          for (;;) {
            const take = await store.take(anyFence, nowMs);
            if (take.kind === "held") continue;
            // And it doesn't tell that somebody has logged in meanwhile.
            return take.kind === "taken" ? { ...take, record: { ...take.record, loginFence: 0 } } : take;
          }
        };
      },
    });
    for (let index = 0; index < CONTAINERS; index += 1) {
      await stand.send(jobFor(prefer, { session: "ada", input: { name: `p${index}`, value: "v" } }));
    }
    const containers = Array.from({ length: CONTAINERS }, () =>
      stand.container([prefer], {}, { sessions: stand.sessionRoom([quickLogin], careless) }),
    );
    await Promise.all(containers.map((one) => stand.deliver(one, { max: 1 })));
    expect(site.logins.length).toBeGreaterThan(1);
  });
});
