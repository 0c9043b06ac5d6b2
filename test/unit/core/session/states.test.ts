import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { changesBetween } from "../../../../functions/core/session/state/changes.ts";
import { decodeState, encodeState, StateUnreadable } from "../../../../functions/core/session/state/encoded-state.ts";
import { mergeStates } from "../../../../functions/core/session/state/merge.ts";
import { cookieKey, placeOf, storageKey } from "../../../../functions/core/session/state/record-key.ts";
import { compareStamps, nextStamp } from "../../../../functions/core/session/state/stamp.ts";
import {
  emptyState,
  prunedState,
  replacedBy,
  snapshotOf,
  stateFrom,
} from "../../../../functions/core/session/state/states.ts";
import { cookieOf, NOW_MS, SHOP, snapshot, stamp, states } from "./state-fixtures.ts";

const local = (entries: Record<string, string>) => ({ origin: SHOP, local: entries });

describe("record keys", () => {
  test("come back as they were, whatever is in them", () => {
    const text = fc.string({
      unit: fc.constantFrom('"', "\\", "[", ",", " ", "\u0000", "\uD800", "é", "a"),
      maxLength: 8,
    });
    fc.assert(
      fc.property(text, text, text, fc.option(text, { nil: undefined }), (name, domain, path, partition) => {
        const partitionKey = partition === "" ? undefined : partition;
        const cookie = { name, domain, path, ...(partitionKey === undefined ? {} : { partitionKey }) };
        expect(placeOf(cookieKey(cookie))).toEqual({ kind: "cookie", ...cookie });
        expect(placeOf(storageKey("local", domain, name))).toEqual({ kind: "local", origin: domain, name });
      }),
    );
  });

  test.for([
    "",
    "sid",
    "{}",
    '["cookie","sid"]',
    '["local","o"]',
    '["other","o","k"]',
    '["local", "o", "k"]',
    "[1,2,3]",
  ])("%j is none", (key) => expect(placeOf(key)).toBeUndefined());
});

describe("stamps", () => {
  test("are ordered by fence, then time, then writer", () => {
    const ordered = [stamp(1, 9, "z"), stamp(2, 1, "z"), stamp(2, 2, "a"), stamp(2, 2, "b")];
    expect(ordered.toReversed().toSorted(compareStamps)).toEqual(ordered);
    expect(compareStamps(stamp(1, 1, "a"), stamp(1, 1, "a"))).toBe(0);
  });

  test("the next one is after everything seen, and the clock's own time where that is later", () => {
    const state = stateFrom(snapshot([cookieOf("sid")]), stamp(3, NOW_MS + 500, "fast"));
    const source = { fence: 3, writer: "slow" };
    expect(nextStamp(state, { ...source, nowMs: NOW_MS })).toEqual({ ...source, atMs: NOW_MS + 501 });
    expect(nextStamp(state, { ...source, nowMs: NOW_MS + 9_000 }).atMs).toBe(NOW_MS + 9_000);
  });
});

describe("changes", () => {
  const at = stamp(1, NOW_MS);
  const changes = (...[base, now]: [Parameters<typeof changesBetween>[0], Parameters<typeof changesBetween>[1]]) =>
    Object.entries(changesBetween(base, now, at).records).map(([key, { value }]) => [
      JSON.parse(key).slice(0, 3),
      value,
    ]);

  test("none where nothing happened", () => {
    const before = snapshot([cookieOf("sid")], local({ theme: "dark" }));
    expect(changes(before, structuredClone(before))).toEqual([]);
  });

  test("new, changed and deleted", () => {
    const before = snapshot([cookieOf("sid"), cookieOf("old")], local({ theme: "dark", cart: "1" }));
    const after = snapshot([cookieOf("sid", "2"), cookieOf("new")], local({ theme: "light" }));
    expect(changes(before, after)).toEqual([
      [["cookie", "sid", "shop.example"], expect.objectContaining({ value: "2" })],
      [["cookie", "new", "shop.example"], expect.objectContaining({ value: "1" })],
      [["local", SHOP, "theme"], "light"],
      [["cookie", "old", "shop.example"], null],
      [["local", SHOP, "cart"], null],
    ]);
  });

  test("what wasn't read isn't deleted", () => {
    const before = snapshot([], { ...local({ theme: "dark" }), session: { tab: "1" }, databases: { shop: { v: 1 } } });
    expect(changes(before, snapshot([]))).toEqual([]);
    expect(changes(before, snapshot([], { origin: SHOP }))).toEqual([]);
    expect(changes(before, snapshot([], { origin: SHOP, session: {} }))).toEqual([[["session", SHOP, "tab"], null]]);
    expect(changes(before, snapshot([], { origin: SHOP, databases: {} }))).toEqual([
      [["database", SHOP, "shop"], null],
    ]);
  });

  test("an expiry that the browser rounded is none; a longer one is", () => {
    const before = snapshot([cookieOf("sid", "1", { expires: 1_800_000_000.123_456_7 })]);
    expect(changes(before, snapshot([cookieOf("sid", "1", { expires: 1_800_000_000.123_456 })]))).toEqual([]);
    expect(changes(before, snapshot([cookieOf("sid", "1", { expires: 1_800_000_002 })]))).toHaveLength(1);
    expect(changes(before, snapshot([cookieOf("sid", "1", { expires: -1 })]))).toHaveLength(1);
    const soon = snapshot([cookieOf("sid", "1", { expires: -0.5 })]);
    expect(changes(soon, snapshot([cookieOf("sid", "1", { expires: -1 })]))).toHaveLength(1);
  });

  test("the order of a database's fields is none", () => {
    const before = snapshot([], { origin: SHOP, databases: { shop: { name: "shop", version: 1 } } });
    expect(changes(before, snapshot([], { origin: SHOP, databases: { shop: { version: 1, name: "shop" } } }))).toEqual(
      [],
    );
  });

  test("a cookie in another partition, path or domain is another cookie", () => {
    const before = snapshot([cookieOf("sid")]);
    const others = [{ partitionKey: "https://top.example" }, { path: "/a" }, { domain: ".shop.example" }];
    const after = snapshot([cookieOf("sid"), ...others.map((other) => cookieOf("sid", "1", other))]);
    expect(changes(before, after)).toHaveLength(3);
  });
});

describe("snapshots", () => {
  const whole = snapshot(
    [
      cookieOf("sid", "1", { expires: NOW_MS / 1000 + 60 }),
      cookieOf("tid", "1", { partitionKey: "https://top.example" }),
    ],
    {
      origin: SHOP,
      local: { ["__proto__"]: "polluted", theme: "dark" },
      session: { tab: "1" },
      databases: { shop: { version: 1 } },
    },
    { origin: "https://pay.example", local: { constructor: "x" } },
  );

  test("come back from a state, and through its bytes", () => {
    const state = stateFrom(whole, stamp(1, NOW_MS));
    expect(snapshotOf(decodeState(encodeState(state)), { nowMs: NOW_MS })).toEqual(whole);
    expect(Object.hasOwn({}, "polluted")).toBe(false);
  });

  test("a storage key named __proto__ is a key like any other", () => {
    const entries = Object.fromEntries([["__proto__", "value"]]);
    const [origin] = snapshotOf(stateFrom(snapshot([], local(entries)), stamp(1, 1)), { nowMs: NOW_MS }).origins;
    expect(Object.entries(origin?.local ?? {})).toEqual([["__proto__", "value"]]);
  });

  test("hold neither tombstones nor expired cookies, nor those of a login that is over", () => {
    const expires = NOW_MS / 1000;
    const old = stateFrom(snapshot([cookieOf("void")], local({ theme: "dark" })), stamp(1, NOW_MS));
    const fresh = stateFrom(
      snapshot([cookieOf("over", "1", { expires }), cookieOf("soon", "1", { expires: expires + 1 }), cookieOf("now")]),
      stamp(2, NOW_MS),
    );
    const gone = changesBetween(snapshot([cookieOf("now")]), snapshot([]), stamp(2, NOW_MS + 1));
    const state = mergeStates(mergeStates(old, fresh), gone);
    const names = (request: Parameters<typeof snapshotOf>[1]) =>
      snapshotOf(state, request).cookies.map(({ name }) => name);
    expect(names({ nowMs: NOW_MS, loginFence: 2 })).toEqual(["soon"]);
    expect(names({ nowMs: NOW_MS })).toEqual(["void", "soon"]);
    expect(snapshotOf(state, { nowMs: NOW_MS, loginFence: 2 }).origins).toEqual([local({ theme: "dark" })]);
  });

  test("an expiry beyond what Chromium keeps is cut to a little less than that", () => {
    const state = stateFrom(snapshot([cookieOf("sid", "1", { expires: 9_999_999_999 })]), stamp(0, NOW_MS));
    expect(snapshotOf(state, { nowMs: NOW_MS }).cookies[0]?.expires).toBe(NOW_MS / 1000 + 399 * 86_400);
  });
});

describe("a fresh login", () => {
  const before = stateFrom(snapshot([cookieOf("sid"), cookieOf("old")], local({ theme: "dark" })), stamp(1, NOW_MS));
  const after = replacedBy(before, snapshot([cookieOf("sid", "2")]), stamp(2, NOW_MS));

  test("leaves nothing of the one before", () => {
    expect(snapshotOf(after, { nowMs: NOW_MS })).toEqual(snapshot([cookieOf("sid", "2")]));
  });

  test("stands against a late writer of the one before", () => {
    const late = changesBetween(
      snapshot([]),
      snapshot([cookieOf("old", "late")], local({ theme: "x" })),
      stamp(1, NOW_MS + 9),
    );
    expect(snapshotOf(mergeStates(after, late), { nowMs: NOW_MS })).toEqual(snapshot([cookieOf("sid", "2")]));
  });

  test("pruned, it holds no tombstone of an older login and keeps its own", () => {
    const again = replacedBy(after, snapshot([cookieOf("sid", "3")]), stamp(3, NOW_MS));
    expect(Object.keys(prunedState(after, 2).records)).toHaveLength(3);
    expect(Object.keys(prunedState(again, 3).records)).toEqual([cookieKey(cookieOf("sid"))]);
    expect(prunedState(emptyState(), 3)).toEqual(emptyState());
  });
});

describe("stored states", () => {
  test("equal states have equal bytes", () => {
    fc.assert(
      fc.property(states, (state) => {
        const turned = { v: 1, records: Object.fromEntries(Object.entries(state.records).toReversed()) } as const;
        expect(encodeState(turned)).toEqual(encodeState(state));
      }),
    );
  });

  const at = { fence: 1, atMs: 1, writer: "a" };
  const wrong: readonly (readonly [string, unknown])[] = [
    ["no JSON", undefined],
    ["another version", { v: 2, records: {} }],
    ["no records", { v: 1 }],
    ["an unknown key", { v: 1, records: { sid: { stamp: at, value: "hunter2" } } }],
    [
      "a cookie without its fields",
      { v: 1, records: { [cookieKey(cookieOf("sid"))]: { stamp: at, value: "hunter2" } } },
    ],
    [
      "a storage value that is a number",
      { v: 1, records: { [storageKey("local", SHOP, "k")]: { stamp: at, value: 7 } } },
    ],
    [
      "a broken stamp",
      { v: 1, records: { [storageKey("local", SHOP, "k")]: { stamp: { ...at, fence: -1 }, value: "x" } } },
    ],
    ["no value", { v: 1, records: { [storageKey("local", SHOP, "hunter2")]: { stamp: at } } }],
  ];
  test.for(wrong)("%s is refused, and nothing of it is quoted", ([, value]) => {
    const bytes = new TextEncoder().encode(value === undefined ? '{"v":1,"hunter2' : JSON.stringify(value));
    const error = caught(() => decodeState(bytes));
    expect(error).toBeInstanceOf(StateUnreadable);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("hunter2");
  });
});

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
