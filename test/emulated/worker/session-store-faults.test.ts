import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import type { SessionDefinition } from "../../../functions/core/session/session.ts";
import { MembersStand, NOTHING, visit, withCalls } from "./members-stand.ts";
import { jobFor, LABELLED_SEAL } from "./worker-stand.ts";

let members: MembersStand;
beforeEach(async () => {
  members = await MembersStand.start();
});
afterEach(() => members.stand.stop());

const NO_ANSWER = new StoreUnavailable("test", new Error("no answer"));

/** Fails one call of a store: the `nth` of this name, from 1. */
function failing<Store extends object>(
  store: Store,
  call: keyof Store & string,
  nth: number,
  onFailed: () => void = () => {},
): Store {
  let count = 0;
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (name === call) count += 1;
        if (name !== call || count !== nth) return method.apply(target, args);
        onFailed();
        return Promise.reject(NO_ANSWER);
      };
    },
  });
}

const EXCLUSIVE = { name: "ada" } as const;
const PAGES = { name: "ada", policy: "pages" } as const;
const SHARED = { name: "ada", policy: "shared", maxUses: 100 } as const;
const POOLED = { name: "ada", pool: "shop" } as const;

type Point = readonly [session: Partial<SessionDefinition> & { name: string }, call: keyof SessionStore, nth: number];
const POINTS: readonly Point[] = [
  [EXCLUSIVE, "read", 1],
  [EXCLUSIVE, "take", 1],
  [EXCLUSIVE, "save", 1],
  [EXCLUSIVE, "release", 1],
  [EXCLUSIVE, "renew", 1],
  [PAGES, "read", 1],
  [PAGES, "take", 1],
  [PAGES, "save", 1],
  [PAGES, "release", 1],
  [PAGES, "renew", 1],
  [SHARED, "read", 1],
  [SHARED, "read", 2],
  [SHARED, "take", 1],
  [SHARED, "save", 1],
  [SHARED, "release", 1],
  [SHARED, "amend", 1],
  [POOLED, "due", 1],
  [POOLED, "ready", 1],
  [POOLED, "read", 1],
  [POOLED, "take", 1],
  [POOLED, "save", 1],
  [POOLED, "release", 1],
];

describe("a session store that doesn't answer", () => {
  it.each(POINTS)(
    "%o: at %s no. %i the job is settled, blames nobody, and leaves nothing",
    async (session, call, nth) => {
      await members.create(session);
      await members.stand.send(jobFor(visit, "pool" in session ? { sessionPool: "shop" } : { session: "ada" }));
      const store = failing(members.stand.sessions, call, nth);
      const { usage, response } = await members.stand.deliver(members.container({}, [visit], { store }));
      const done = (await members.stand.results()).map(({ kind }) => kind);
      const kinds = usage.outcomes.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind !== "completed" && kind !== "session-unavailable")).toEqual([]);
      const back = Object.values(usage.givenBack).reduce((sum, count) => sum + count, 0);
      expect([...done, ...Array<string>(back).fill("given back")]).toHaveLength(1);
      expect(response.batchItemFailures).toHaveLength(back);
      expect(usage.sessions.quarantined).toBe(0);
      expect((await members.read("ada"))?.condition).toEqual({ kind: "ready" });
      // A lease that can't be given back runs out by itself.
      expect(await members.left(...(call === "release" ? [] : ["ada"]))).toEqual(NOTHING);
    },
  );

  it("after a login keeps what it brought, to be written with the release", async () => {
    await members.create(EXCLUSIVE);
    await members.stand.send(jobFor(visit, { session: "ada" }));
    const store = failing(members.stand.sessions, "save", 1);
    await members.stand.deliver(members.container({}, [visit], { store }));
    expect(await members.read("ada")).toMatchObject({ loginFence: 1, revision: 1, loggedInAtMs: expect.any(Number) });
  });
});

describe("a key service that doesn't answer", () => {
  it.each([{ policy: "exclusive" }, { policy: "pages" }, { policy: "shared" }] as const)(
    "$policy: when a state is to be opened, the job comes again and isn't counted",
    async ({ policy }) => {
      await members.create({ name: "ada", policy });
      await members.stand.send(jobFor(visit, { session: "ada" }));
      await members.stand.deliver(members.container());
      await members.stand.send(jobFor(visit, { session: "ada" }));
      const seal = failing(LABELLED_SEAL, "open", 1);
      const { usage } = await members.stand.deliver(members.container({}, [visit], { seal }));
      expect(usage.outcomes).toEqual([{ jobClass: "extraction", kind: "session-unavailable", count: 1 }]);
      expect((await members.read("ada"))?.condition).toEqual({ kind: "ready" });
      expect(await members.left("ada")).toEqual(NOTHING);
    },
  );

  it.each([{ policy: "exclusive" }, { policy: "pages" }] as const)(
    "$policy: when a job's changes are to be sealed, the session is given back all the same, and the use counted",
    async ({ policy }) => {
      await members.create({ name: "ada", policy });
      await members.stand.send(jobFor(visit, { session: "ada" }));
      members.stand.browser.site = (url, cookies) => {
        if (url.pathname === "/orders") cookies.set("basket", "full");
        return members.site.answer(url, cookies);
      };
      // The login is sealed first, and then what the job changed.
      const seal = failing(LABELLED_SEAL, "seal", 2);
      await members.stand.deliver(members.container({}, [visit], { seal }));
      expect(await members.stand.results()).toHaveLength(1);
      expect(await members.read("ada")).toMatchObject({ uses: 1, loginFence: 1 });
      expect(await members.left("ada")).toEqual(NOTHING);
    },
  );
});

describe("a state that is too large to be stored", () => {
  it("costs what the job changed, and not the lease", async () => {
    await members.create(EXCLUSIVE);
    await members.stand.send(jobFor(visit, { session: "ada" }));
    members.stand.browser.site = (url, cookies) => {
      if (url.pathname === "/orders") cookies.set("basket", "x".repeat(400_000));
      return members.site.answer(url, cookies);
    };
    await members.stand.deliver(members.container());
    expect(await members.read("ada")).toMatchObject({ uses: 1, loginFence: 1 });
    expect(await members.left("ada")).toEqual(NOTHING);
  });
});

describe("a pages session whose state couldn't be written down", () => {
  it("counts every use with the next write", async () => {
    await members.create(PAGES);
    let saves = 0;
    const failed = Promise.withResolvers<void>();
    const store = withCalls(members.stand.sessions, {
      save: (...args: Parameters<SessionStore["save"]>) => {
        saves += 1;
        if (saves !== 2) return members.stand.sessions.save(...args);
        failed.resolve();
        return Promise.reject(NO_ANSWER);
      },
    });
    members.stand.browser.site = (url, cookies) => {
      if (url.pathname === "/orders") cookies.set("basket", "full");
      return members.site.answer(url, cookies);
    };
    // Keeps the invocation going until a heartbeat's write has failed, after the visitor has left.
    const other = { ...visit, name: "other", run: () => failed.promise };
    await members.stand.send(jobFor(visit, { session: "ada" }));
    await members.stand.send(jobFor(other));
    const settings = { SUBLET_RENEWAL_MS: "200", SUBLET_SESSION_LINGER_MS: "60000" };
    await members.stand.deliver(members.container(settings, [visit, other], { store }));
    expect(await members.read("ada")).toMatchObject({ uses: 1 });
    expect(await members.left("ada")).toEqual(NOTHING);
  });
});
