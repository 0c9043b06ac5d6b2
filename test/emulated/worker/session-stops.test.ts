import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";
import type { SessionPolicy } from "../../../functions/core/session/session.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import { MembersStand, NOTHING, visit, withCalls } from "./members-stand.ts";
import type { QuickBrowser } from "./quick-browser.ts";
import { jobFor } from "./worker-stand.ts";

let members: MembersStand;
beforeEach(async () => {
  members = await MembersStand.start();
});
afterEach(() => members.stand.stop());

const never = new Promise<void>(() => {});
const POLICIES: readonly SessionPolicy[] = ["exclusive", "pages", "shared"];

/** The calls that a job makes of the browser, in their order. The login and the state are there in the second round only. */
const PHASES = [
  { phase: "the context opens", call: "leaseContext" },
  { phase: "the state is put in", call: "applyState" },
  { phase: "the login is under way", call: "goto", path: "/sign-in" },
  { phase: "the login is being checked", call: "goto", path: "/home" },
  { phase: "the job is at work", call: "goto", path: "/orders" },
  { phase: "the context closes", call: "release" },
] as const;

/** Tells the worker, with the next heartbeat, that its job is another container's. */
function losingLeases(leases: LeaseStore) {
  const told = Promise.withResolvers<void>();
  let lost = false;
  const store = withCalls(leases, {
    renew: async (...args: Parameters<LeaseStore["renew"]>) => {
      if (!lost) return leases.renew(...args);
      setImmediate(told.resolve);
      return { kind: "lost", record: undefined };
    },
  });
  const lose = () => {
    lost = true;
    return told.promise;
  };
  return { store, lose };
}

const cases = POLICIES.flatMap((policy) => PHASES.map((phase) => ({ policy, ...phase })));

describe("a job that is stopped", () => {
  it.each(cases)("$policy: while $phase", async ({ policy, call, ...rest }) => {
    const path = "path" in rest ? rest.path : undefined;
    await members.create({ name: "ada", policy });
    await members.stand.send(jobFor(visit, { session: "ada" }));
    await members.stand.deliver(members.container());
    await members.stand.results();
    if (path === "/sign-in" || path === "/home") await members.stand.sessions.setCondition("ada", ASIDE, Date.now());
    const { store: leases, lose } = losingLeases(members.stand.leases);
    const before: QuickBrowser["before"] = (what, url) =>
      what === call && (path === undefined || url?.includes(path)) ? lose() : undefined;
    members.stand.browser.before = before;
    if (path === "/sign-in") members.site.expire("ada");
    const visits = members.site.visits.length;
    await members.stand.send(jobFor(visit, { session: "ada" }));
    const settings = { SUBLET_RENEWAL_MS: "200", SUBLET_SESSION_LINGER_MS: "60000" };
    const { usage } = await members.stand.deliver(members.container(settings, [visit], { change: { leases } }));
    // Stopped while it closes, it has its result already: the lease store decides who may write it.
    const isOver = call === "release";
    expect(usage.givenBack).toEqual(isOver ? {} : { "lease-lost": 1 });
    const since = members.site.visits.slice(visits).filter(({ path: at }) => at === "/orders");
    expect(since).toHaveLength(isOver ? 1 : 0);
    expect(usage.sessions).toMatchObject({ fencedOut: 0, quarantined: 0 });
    expect(await members.left("ada")).toEqual(NOTHING);
  });
});

const ASIDE = { kind: "unhealthy", reason: "test", sinceMs: 0, recheckAtMs: 0, times: 1 } as const;

describe("an invocation that ends", () => {
  it.each(
    POLICIES.flatMap((policy) => [
      { policy, path: "/sign-in" },
      { policy, path: "/home" },
    ]),
  )("$policy: doesn't wait for a login that hangs at $path, and leaves nothing of it", async ({ policy, path }) => {
    await members.create({ name: "ada", policy });
    members.stand.browser.before = (_what, url) => (url?.includes(path) ? never : undefined);
    await members.stand.send(jobFor(visit, { session: "ada", attempts: 2 }));
    const settings = {
      SUBLET_SESSION_LOGIN_MS: "600000",
      SUBLET_DRAIN_MARGIN_MS: "500",
      SUBLET_DEFAULT_ESTIMATE_MS: "1",
    };
    const { usage } = await members.stand.deliver(members.container(settings), { remainingMs: () => 800 });
    expect(usage.givenBack).toEqual({ "out-of-time": 1 });
    expect((await members.read("ada"))?.condition).toEqual({ kind: "ready" });
    expect(await members.left("ada")).toEqual(NOTHING);
  });

  it("doesn't go on waiting for another container's login", async () => {
    await members.create({ name: "ada", policy: "shared" });
    const owner = { container: "other", invocation: "i" };
    await members.stand.sessions.take({ name: "ada", owner, durationMs: 600_000, purpose: "refresh" }, Date.now());
    let reads = 0;
    const store = withCalls(members.stand.sessions, {
      read: (name: string) => {
        reads += 1;
        return members.stand.sessions.read(name);
      },
    });
    await members.stand.send(jobFor(visit, { session: "ada", attempts: 2 }));
    const settings = {
      SUBLET_SESSION_LOGIN_MS: "600000",
      SUBLET_DRAIN_MARGIN_MS: "500",
      SUBLET_DEFAULT_ESTIMATE_MS: "1",
    };
    const container = members.container(settings, [visit], { store });
    await members.stand.deliver(container, { remainingMs: () => 800 });
    const readsThen = reads;
    await expect.poll(() => members.stand.sessions.read("ada"), { interval: 600, timeout: 1_000 }).toBeDefined();
    expect(reads).toBe(readsThen);
    expect((await members.read("ada"))?.holder?.owner).toEqual(owner);
    expect([...members.stand.browser.open]).toEqual([]);
  });
});

describe("a login that takes long", () => {
  it.each(POLICIES.map((policy) => ({ policy })))(
    "$policy: costs neither the session's lease nor the heartbeat of the container's other jobs",
    async ({ policy }) => {
      await members.create({ name: "ada", policy });
      let renewals = 0;
      const renewed = Promise.withResolvers<void>();
      const store = withCalls(members.stand.sessions, {
        renew: (...args: Parameters<SessionStore["renew"]>) => {
          if (args[0].purpose === "refresh" || policy !== "shared") renewals += 1;
          if (renewals === 4) renewed.resolve();
          return members.stand.sessions.renew(...args);
        },
      });
      members.stand.browser.before = (_what, url) => (url?.includes("/sign-in") ? renewed.promise : undefined);
      await members.stand.send(jobFor(visit, { session: "ada" }));
      await members.stand.deliver(members.container({ SUBLET_RENEWAL_MS: "200" }, [visit], { store }));
      expect((await members.stand.results()).map(({ kind }) => kind)).toEqual(["completed"]);
      expect(await members.left("ada")).toEqual(NOTHING);
    },
  );
});
