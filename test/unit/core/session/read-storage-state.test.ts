import { describe, expect, test } from "vitest";

import { readStorageState } from "../../../../functions/core/session/definition/read-storage-state.ts";
import {
  snapshotFrom,
  storageStateSchema,
  toStorageState,
} from "../../../../functions/core/session/definition/storage-state.ts";
import { cookieOf, SHOP } from "./state-fixtures.ts";

const SECRET = "hunter2";
const database = {
  name: "shop",
  version: 2,
  stores: [
    { name: "cart", autoIncrement: false, keyPath: "id", records: [{ value: { id: 1 } }], indexes: [], later: true },
  ],
};
const written = {
  cookies: [cookieOf("sid", SECRET), cookieOf("sid", SECRET, { partitionKey: "https://top.example" })],
  origins: [
    {
      origin: SHOP,
      localStorage: [{ name: "token", value: SECRET }],
      indexedDB: [database],
      sessionStorage: [{ name: "tab", value: "1" }],
    },
  ],
};

function problems(value: unknown): readonly { field: string; rule: string; value?: string }[] {
  const read = readStorageState(typeof value === "string" ? value : JSON.stringify(value));
  if (read.kind === "ok") return [];
  expect(JSON.stringify(read)).not.toContain(SECRET);
  return read.problems;
}

describe("a state that Playwright wrote", () => {
  const read = readStorageState(JSON.stringify(written));

  test("is read whole", () => {
    expect(read).toEqual({
      kind: "ok",
      snapshot: {
        cookies: written.cookies,
        origins: [{ origin: SHOP, local: { token: SECRET }, session: { tab: "1" }, databases: { shop: database } }],
      },
    });
  });

  test("comes back as it was", () => {
    expect(toStorageState(snapshotFrom(storageStateSchema.parse(written)))).toEqual(written);
  });

  test("fields of later versions are passed over", () => {
    const later = { ...written, credentials: [{ id: "x" }], cookies: [{ ...cookieOf("sid"), priority: "High" }] };
    expect(readStorageState(JSON.stringify(later))).toMatchObject({
      kind: "ok",
      snapshot: { cookies: [cookieOf("sid")] },
    });
  });

  test("parts that weren't read are absent", () => {
    const partly = readStorageState(JSON.stringify({ cookies: [], origins: [{ origin: SHOP, localStorage: [] }] }));
    expect(partly).toEqual({ kind: "ok", snapshot: { cookies: [], origins: [{ origin: SHOP, local: {} }] } });
  });

  test("an origin of which only sessionStorage is known is one that Playwright takes", () => {
    const state = toStorageState({ cookies: [], origins: [{ origin: SHOP, session: { tab: "1" } }] });
    expect(state.origins).toEqual([{ origin: SHOP, localStorage: [], sessionStorage: [{ name: "tab", value: "1" }] }]);
  });
});

const cookies = (...list: unknown[]) => ({ cookies: list, origins: [] });
const origins = (...list: unknown[]) => ({ cookies: [], origins: list });

const wrong: readonly (readonly [string, unknown, string, RegExp, string | undefined])[] = [
  [
    "truncated",
    `{"cookies":[{"name":"sid","value":"${SECRET}`,
    "line 1, column 43",
    /JSON: the text ends too early/u,
    undefined,
  ],
  ["a list of cookies alone", [cookieOf("sid", SECRET)], "(message)", /must be an object/u, undefined],
  ["no origins", { cookies: [] }, "origins", /must be given/u, undefined],
  ["cookies as an object", { cookies: { sid: SECRET }, origins: [] }, "cookies", /must be a list/u, undefined],
  [
    "a value that is a number",
    cookies({ ...cookieOf("sid"), value: 7 }),
    "cookies.0.value",
    /must be a text/u,
    undefined,
  ],
  [
    "a value that is a list",
    cookies({ ...cookieOf("sid"), value: [SECRET] }),
    "cookies.0.value",
    /must be a text/u,
    undefined,
  ],
  [
    "a domain that is an object",
    cookies({ ...cookieOf("sid"), domain: { SECRET } }),
    "cookies.0.domain",
    /must be a text/u,
    undefined,
  ],
  ["a path without a slash", cookies(cookieOf("sid", SECRET, { path: "a" })), "cookies.0.path", /start with/u, '"a"'],
  [
    "another sameSite",
    cookies({ ...cookieOf("sid"), sameSite: "no_restriction" }),
    "cookies.0.sameSite",
    /Strict/u,
    '"no_restriction"',
  ],
  [
    "expires as a text",
    cookies({ ...cookieOf("sid"), expires: "2030" }),
    "cookies.0.expires",
    /must be a number/u,
    '"2030"',
  ],
  [
    "expires below -1",
    cookies(cookieOf("sid", SECRET, { expires: -2 })),
    "cookies.0.expires",
    /Unix time in seconds/u,
    "-2",
  ],
  [
    "httpOnly missing",
    cookies({ ...cookieOf("sid", SECRET), httpOnly: undefined }),
    "cookies.0.httpOnly",
    /must be (?:given|true or false)/u,
    undefined,
  ],
  [
    "the same cookie twice",
    cookies(cookieOf("sid", SECRET), cookieOf("id"), cookieOf("sid", "2")),
    "cookies.2",
    /of cookies\.0/u,
    undefined,
  ],
  ["an origin with a path", origins({ origin: `${SHOP}/` }), "origins.0.origin", /must be an origin/u, `"${SHOP}/"`],
  ["an origin of no site", origins({ origin: "null" }), "origins.0.origin", /must be an origin/u, '"null"'],
  ["an origin twice", origins({ origin: SHOP }, { origin: SHOP }), "origins.1", /of origins\.0/u, undefined],
  [
    "localStorage as an object",
    origins({ origin: SHOP, localStorage: { token: SECRET } }),
    "origins.0.localStorage",
    /must be a list/u,
    undefined,
  ],
  [
    "a stored number",
    origins({ origin: SHOP, localStorage: [{ name: "a", value: 7 }] }),
    "origins.0.localStorage.0.value",
    /must be a text/u,
    undefined,
  ],
  [
    "a key twice",
    origins({
      origin: SHOP,
      localStorage: [
        { name: "a", value: SECRET },
        { name: "a", value: "2" },
      ],
    }),
    "origins.0.localStorage.1",
    /of origins\.0\.localStorage\.0/u,
    undefined,
  ],
  [
    "a database without a version",
    origins({ origin: SHOP, indexedDB: [{ ...database, version: SECRET }] }),
    "origins.0.indexedDB.0.version",
    /must be a number/u,
    undefined,
  ],
];

test.for(wrong)("%s", ([, value, field, rule, shown]) => {
  const [problem, ...more] = problems(value);
  expect(more).toEqual([]);
  expect(problem?.field).toBe(field);
  expect(problem?.rule).toMatch(rule);
  expect(problem?.value).toBe(shown);
});

test("a wrong file answers at most twenty problems", () => {
  expect(problems({ cookies: Array.from({ length: 100 }, () => ({ value: SECRET })), origins: [] })).toHaveLength(20);
});

test("nesting beyond all measure is a problem, not the end of the stack", () => {
  expect(problems(`{"cookies":[],"origins":[],"x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)).toEqual([
    { field: "(message)", rule: expect.stringContaining("nest") },
  ]);
});
