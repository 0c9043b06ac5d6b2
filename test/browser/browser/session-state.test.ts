import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { StateRefused } from "../../../functions/browser/state/state-refused.ts";
import type { StateSnapshot } from "../../../functions/core/session/state/session-state.ts";
import { openPool, request } from "./pool-fixture.ts";
import { openStateSite, setting } from "./state-site.ts";

const HOUR_AHEAD = () => new Date(Date.now() + 3_600_000).toUTCString();

/** Every kind of cookie that a loopback site can set. */
const cookies = () => [
  `lasting=1; Path=/; Expires=${HOUR_AHEAD()}`,
  "session=2; Path=/",
  "hidden=3; Path=/; HttpOnly; SameSite=Strict",
  "safe=4; Path=/; Secure; SameSite=None",
  "apart=5; Path=/; Secure; SameSite=None; Partitioned",
  "deep=6; Path=/some/where; SameSite=Lax",
  "__Host-bound=7; Path=/; Secure",
  'strange=a"b%20c=d; Path=/',
  "empty=; Path=/",
];

async function fillStorage(page: Page): Promise<void> {
  await page.evaluate(async () => {
    localStorage.setItem("name", "läcal \u0000 \u{1F600}");
    localStorage.setItem("__proto__", "a name like others");
    sessionStorage.setItem("tab", 'se"ssion');
    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open("tokens", 3);
      opening.addEventListener("upgradeneeded", () => {
        const store = opening.result.createObjectStore("keys", { keyPath: "id" });
        store.createIndex("by-age", "age", { unique: false });
        store.put({
          id: 1,
          age: 2,
          at: new Date(5),
          bytes: new Uint8Array([1, 2, 3]),
          nested: { map: new Map([["a", 1n]]) },
        });
        opening.result.createObjectStore("plain", { autoIncrement: true }).put("first");
      });
      opening.addEventListener("error", () => reject(opening.error));
      opening.addEventListener("success", () => {
        opening.result.close();
        resolve();
      });
    });
  });
}

/** Orders don't count. */
function inOrder({ cookies: all, origins }: StateSnapshot): StateSnapshot {
  const byKey = (one: { name: string; path: string }) => `${one.name} ${one.path}`;
  return {
    cookies: all.toSorted((one, other) => (byKey(one) < byKey(other) ? -1 : 1)),
    origins: origins.toSorted((one, other) => (one.origin < other.origin ? -1 : 1)),
  };
}

test("every kind of state goes from one browser to another: read, applied, and read again without a visit", async () => {
  const site = await openStateSite();
  const [from, to] = [await openPool(), await openPool()];
  const first = await from.pool.leaseContext(request());
  await first.page.goto(`${site.otherOrigin}${setting("/", ...cookies())}`);
  await fillStorage(first.page);
  await first.page.goto(`${site.origin}${setting("/", "other=8; Path=/")}`);
  await first.page.evaluate(() => localStorage.setItem("other", "9"));
  await first.page.goto(site.otherOrigin);
  const state = inOrder(await first.readState());
  expect(state.cookies.map(({ name }) => name)).toEqual([
    "__Host-bound",
    "apart",
    "deep",
    "empty",
    "hidden",
    "lasting",
    "other",
    "safe",
    "session",
    "strange",
  ]);
  expect(state.origins).toMatchObject([
    { origin: site.origin, local: { other: "9" } },
    {
      origin: site.otherOrigin,
      session: { tab: 'se"ssion' },
      databases: { tokens: { name: "tokens", version: 3 } },
    },
  ]);
  // The way that it takes in the store.
  const sealed = JSON.parse(JSON.stringify(state)) as StateSnapshot;

  const second = await to.pool.leaseContext(request());
  const [requests, connections] = [site.requests.length, site.connections()];
  await second.applyState(sealed);
  expect(inOrder(await second.readState())).toEqual(state);
  expect([site.requests.length, site.connections()]).toEqual([requests, connections]);
  expect(second.context.pages()).toEqual([second.page]);

  const sent = async (page: Page, path: string) => {
    await page.goto(`${site.otherOrigin}${path}`);
    const both = await page.evaluate(async () => [await (await fetch("/cookie")).text(), document.cookie]);
    return both.map((cookie) => cookie.split("; ").toSorted());
  };
  expect(await sent(second.page, "/some/where/x")).toEqual(await sent(first.page, "/some/where/x"));
  expect(inOrder(await second.readState())).toEqual(state);
  expect(
    await second.page.evaluate(async () => {
      const opening = indexedDB.open("tokens");
      await new Promise((resolve) => opening.addEventListener("success", resolve));
      const reading = opening.result.transaction("keys").objectStore("keys").index("by-age").get(2);
      await new Promise((resolve) => reading.addEventListener("success", resolve));
      const { at, bytes, nested } = reading.result as {
        at: Date;
        bytes: Uint8Array;
        nested: { map: Map<string, bigint> };
      };
      return [at.getTime(), [...bytes], String(nested.map.get("a")), sessionStorage.getItem("tab")];
    }),
  ).toEqual([5, [1, 2, 3], "1", 'se"ssion']);
  expect([...from.complaints, ...to.complaints]).toEqual([]);
});

test("known-bad twin: a partitioned cookie restored without its ancestor bit isn't sent where it was set", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => pool.leaseContext(request())));
  await first!.page.goto(`${site.otherOrigin}${setting("/", "apart=5; Path=/; Secure; SameSite=None; Partitioned")}`);
  const state = await first!.readState();
  const without = state.cookies.map((cookie) => {
    const { _crHasCrossSiteAncestor: left, ...rest } = cookie;
    expect(left).toBe(false);
    return rest;
  });
  await Promise.all([second!.applyState(state), third!.applyState({ ...state, cookies: without })]);
  const sent = async (page: Page) => {
    await page.goto(`${site.otherOrigin}/cookie`);
    return page.textContent("body");
  };
  expect([await sent(second!.page), await sent(third!.page)]).toEqual(["apart=5", ""]);
});

test("an expired cookie is left out; a state replaces the cookies that were there", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  await lease.page.goto(`${site.origin}${setting("/", "old=1; Path=/", "kept=1; Path=/")}`);
  const { cookies: read } = await lease.readState();
  const kept = read.filter(({ name }) => name === "kept").map((cookie) => ({ ...cookie, value: "2" }));
  const expired = kept.map((cookie) => ({ ...cookie, name: "expired", expires: Date.now() / 1_000 - 5 }));
  await lease.applyState({ cookies: [...kept, ...expired], origins: [] });
  expect((await lease.readState({ cookiesOnly: true })).cookies).toMatchObject([{ name: "kept", value: "2" }]);
  // Each time the old ones go before the new ones come, though nobody waits in between.
  for (let round = 0; round < 50; round += 1) {
    const next = kept.map((cookie) => ({ ...cookie, name: `round${round}` }));
    await lease.applyState({ cookies: next, origins: [] });
    expect((await lease.cookies()).map(({ name }) => name)).toEqual([`round${round}`]);
  }
});

test("what the browser doesn't take is refused by its place, and told without names and values", async () => {
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const good = {
    name: "a",
    value: "b",
    domain: "127.0.0.1",
    path: "/",
    expires: -1,
    httpOnly: false,
    secure: false,
    sameSite: "Lax",
  } as const;
  const bad = { ...good, name: "__Host-secretname", value: "secretvalue" };
  const refusal = await lease.applyState({ cookies: [good, bad, good], origins: [] }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StateRefused);
  expect(String(refusal)).toContain("cookie 2 of 3");
  const broken = {
    origin: "http://127.0.0.1:1",
    databases: { x: { name: "secretname", version: 1, stores: [{ name: "secretvalue" }] } },
  };
  const other = await lease.applyState({ cookies: [good], origins: [broken] }).catch((error: unknown) => error);
  expect(String(other)).toContain("the storage of http://127.0.0.1:1");
  for (const error of [refusal, other] as Error[]) {
    expect(`${error.stack ?? ""} ${JSON.stringify(error)}`).not.toMatch(/secretname|secretvalue/u);
    expect(error.cause).toBeUndefined();
  }
});

test("what has been emptied is empty, and what was never there is absent", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  await lease.page.goto(site.origin);
  expect((await lease.readState()).origins).toEqual([]);
  await lease.page.evaluate(() => {
    localStorage.setItem("a", "1");
    sessionStorage.setItem("b", "2");
  });
  expect((await lease.readState()).origins).toEqual([{ origin: site.origin, local: { a: "1" }, session: { b: "2" } }]);
  await lease.page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await lease.page.goto("about:blank");
  // No tab has it open: localStorage was read all the same, sessionStorage is as it was last seen.
  expect((await lease.readState()).origins).toEqual([{ origin: site.origin, local: {}, session: { b: "2" } }]);
  await lease.page.goto(site.origin);
  expect((await lease.readState()).origins).toEqual([{ origin: site.origin, local: {}, session: {} }]);
});

test("a page that doesn't answer costs what only it knows: cookies and other tabs are read in time", async () => {
  const site = await openStateSite();
  const { pool } = await openPool({ openDeadlineMs: 1_500 });
  const lease = await pool.leaseContext(request());
  const well = await lease.leasePage(request());
  await well.page.goto(site.otherOrigin);
  await well.page.evaluate(() => {
    localStorage.setItem("well", "1");
    sessionStorage.setItem("well", "2");
  });
  await lease.page.goto(`${site.origin}${setting("/", "a=1")}`);
  await lease.page.evaluate(() => localStorage.setItem("sick", "1"));
  lease.page
    .evaluate(() => {
      for (;;);
    })
    .catch(() => {});
  const { cookies: read, origins } = await lease.readState();
  expect(read).toMatchObject([{ name: "a" }]);
  expect(origins).toEqual([{ origin: site.otherOrigin, local: { well: "1" }, session: { well: "2" } }]);
  expect(lease.state().kind).toBe("leased");
  await lease.release();
  expect(pool.status().contexts.leased).toBe(0);
});

test("a page can't write into another origin's state by what it says of itself", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  await lease.page.goto(site.origin);
  await lease.page.evaluate((victim) => {
    sessionStorage.setItem("planted", "1");
    Object.defineProperty(self, "origin", { value: victim });
    Object.defineProperty(document, "domain", { value: "localhost" });
  }, site.otherOrigin);
  expect((await lease.readState()).origins).toEqual([{ origin: site.origin, session: { planted: "1" } }]);
  await lease.page.evaluate(() => {
    Storage.prototype.getItem = () => ({}) as never;
  });
  const [origin] = (await lease.readState()).origins;
  // Nonsense isn't taken over: sessionStorage is as it was last seen.
  expect(origin).toEqual({ origin: site.origin, session: { planted: "1" } });
});

test("two contexts never see each other's state, and one with a state isn't handed on warm", async () => {
  const site = await openStateSite();
  const { pool } = await openPool({ affinityTtlMs: 60_000 });
  const [mine, theirs] = await Promise.all([1, 2].map(() => pool.leaseContext(request({ affinityKey: "shop" }))));
  const cookie = {
    name: "a",
    domain: "127.0.0.1",
    path: "/",
    expires: -1,
    httpOnly: false,
    secure: false,
    sameSite: "Lax",
  } as const;
  const stateOf = (value: string): StateSnapshot => ({
    cookies: [{ ...cookie, value }],
    origins: [{ origin: site.origin, local: { a: value }, session: { a: value } }],
  });
  await Promise.all([mine!.applyState(stateOf("mine")), theirs!.applyState(stateOf("theirs"))]);
  const seen = async (page: Page) => {
    await page.goto(site.origin);
    return page.evaluate(() => [document.cookie, localStorage.getItem("a"), sessionStorage.getItem("a")]);
  };
  expect(await seen(mine!.page)).toEqual(["a=mine", "mine", "mine"]);
  expect(await seen(theirs!.page)).toEqual(["a=theirs", "theirs", "theirs"]);
  expect([await mine!.readState(), await theirs!.readState()]).toEqual([stateOf("mine"), stateOf("theirs")]);
  await Promise.all([mine!.release(), theirs!.release()]);
  expect(pool.status().contexts.warm).toBe(0);
  const next = await pool.leaseContext(request({ affinityKey: "shop" }));
  expect(await seen(next.page)).toEqual(["", null, null]);
});

test("a visited origin that no tab has open any more is read too, and so is one with databases", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  await lease.page.goto(site.otherOrigin);
  await fillStorage(lease.page);
  const popup = await lease.context.newPage();
  await popup.goto(`${site.origin}/?frame=${site.origin}/frame`);
  await popup.evaluate(() => localStorage.setItem("left", "behind"));
  await popup.close();
  await lease.page.evaluate(() => localStorage.clear());
  const requests = site.requests.length;
  const { origins } = inOrder(await lease.readState());
  expect(origins.map(({ origin, databases }) => [origin, Object.keys(databases ?? {})])).toEqual([
    [site.origin, []],
    [site.otherOrigin, ["tokens"]],
  ]);
  expect(origins[0]?.local).toEqual({ left: "behind" });
  expect(site.requests).toHaveLength(requests);
});

test("items with the names of a storage's own properties are items like others", async () => {
  const site = await openStateSite();
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  await lease.page.goto(site.origin);
  await lease.page.evaluate(() => {
    for (const name of ["getItem", "length", "constructor"]) sessionStorage.setItem(name, "1");
  });
  expect((await lease.readState()).origins).toEqual([
    { origin: site.origin, session: { getItem: "1", length: "1", constructor: "1" } },
  ]);
});

test("an origin is restored without its server, its name or its certificate", async () => {
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  const origin = "https://shop.invalid";
  await lease.applyState({ cookies: [], origins: [{ origin, local: { a: "1" } }] });
  await lease.page.route(`${origin}/`, (route) => route.fulfill({ body: "here" }));
  await lease.page.goto(origin);
  expect(await lease.page.evaluate(() => localStorage.getItem("a"))).toBe("1");
});
