import { describe, expect, test } from "vitest";

import {
  sessionDefinitionSchema,
  toDefinition,
} from "../../../../functions/core/session/definition/session-definition.ts";
import { readSessionManifest } from "../../../../functions/core/session/definition/session-manifest.ts";

const SECRET = "hunter2";
const minimal = { name: "shop-1", site: "shop.example" };
const entry = { id: "shop-1", statePath: "states/shop-1.json", site: "shop.example" };

describe("a definition", () => {
  test("has defaults", () => {
    expect(toDefinition(sessionDefinitionSchema.parse(minimal))).toEqual({
      ...minimal,
      policy: "exclusive",
      order: "least-recently-used",
      pages: 5,
      jobLimitMs: 180_000,
    });
  });

  const accepted: readonly object[] = [
    { pages: 1 },
    { pages: 20 },
    { jobLimitMs: 1_000 },
    { jobLimitMs: 21_600_000 },
    { policy: "shared", order: "until-failure", pool: "customers", maxAgeMs: 3_600_000, maxUses: 1 },
    { login: { strategy: "recipe-login", input: { steps: [] }, credentials: "secretsmanager:sublet/prod/shop" } },
    { login: { strategy: "recipe-login", credentials: "ssm:/sublet/prod/shop" } },
    ...[
      "http://10.0.0.1:9222",
      "https://b.example/?token=x",
      "ws://b:1",
      "wss://b",
      "playwright+ws://b/x",
      "playwright+wss://b",
    ].map((endpoint) => ({ endpoint })),
    { site: "localhost:8080" },
  ];
  test.for(accepted)("may say %j", (more) => {
    expect(sessionDefinitionSchema.parse({ ...minimal, ...more })).toMatchObject(more);
  });

  const refused: readonly (readonly [object, string])[] = [
    [{ pages: 0 }, "pages"],
    [{ pages: 21 }, "pages"],
    [{ pages: 1.5 }, "pages"],
    [{ jobLimitMs: 999 }, "jobLimitMs"],
    [{ jobLimitMs: 21_600_001 }, "jobLimitMs"],
    [{ maxUses: 0 }, "maxUses"],
    [{ maxAgeMs: 0 }, "maxAgeMs"],
    [{ policy: "single" }, "policy"],
    [{ order: "random" }, "order"],
    [{ site: "https://shop.example" }, "site"],
    [{ name: "a b" }, "name"],
    [{ endpoint: "ftp://b" }, "endpoint"],
    [{ endpoint: "playwright+http://b" }, "endpoint"],
    [{ endpoint: "ws://" }, "endpoint"],
    [{ login: { strategy: "Recipe Login" } }, "login.strategy"],
    [{ login: { strategy: "recipe-login", credentials: SECRET } }, "login.credentials"],
    [{ login: { strategy: "recipe-login", credentials: "env:SHOP" } }, "login.credentials"],
  ];
  test.for(refused)("may not say %j", ([more, field]) => {
    const { error } = sessionDefinitionSchema.safeParse({ ...minimal, ...more });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual([field]);
  });

  test("each field is described", () => {
    for (const field of Object.values(sessionDefinitionSchema.shape))
      expect(field.description ?? inner(field)).toBeTruthy();
  });
});

/** `.optional()` after `.describe()` keeps the description one level in. */
function inner(field: unknown): string | undefined {
  return (field as { unwrap?: () => { description?: string } }).unwrap?.().description;
}

describe("a manifest", () => {
  test("is a list of definitions and where their states are", () => {
    const second = { ...entry, id: "shop-2", endpoint: "http://127.0.0.1:9222", policy: "pages" };
    const read = readSessionManifest(JSON.stringify([entry, second]));
    expect(read).toMatchObject({
      kind: "sessions",
      sessions: [
        { definition: { name: "shop-1", policy: "exclusive", pages: 5 }, statePath: "states/shop-1.json" },
        { definition: { name: "shop-2", policy: "pages", endpoint: "http://127.0.0.1:9222" } },
      ],
    });
    expect(JSON.stringify(read)).not.toContain('"id"');
  });

  test("names every mistake of every entry in one answer, and quotes no secret", () => {
    const read = readSessionManifest(
      JSON.stringify([
        { ...entry, pages: 21, password: SECRET },
        { ...entry, endpoint: `ftp://x?token=${SECRET}`, login: { strategy: "recipe-login", credentials: SECRET } },
        { id: "shop-3", site: "shop.example", login: { strategy: "recipe-login", password: SECRET } },
        SECRET,
      ]),
    );
    expect(JSON.stringify(read)).not.toContain(SECRET);
    const rejections = read.kind === "rejected" ? read.rejections : [];
    expect(rejections.map(({ field }) => field).toSorted()).toEqual(
      [
        "0.pages",
        "0.password",
        "1.endpoint",
        "1.id",
        "1.login.credentials",
        "2.login.password",
        "2.statePath",
        "3",
      ].toSorted(),
    );
    expect(rejections.find(({ field }) => field === "0.pages")?.value).toBe("21");
    expect(rejections.find(({ field }) => field === "1.id")).toEqual({
      field: "1.id",
      rule: "is the id of entry 0 too",
      value: '"shop-1"',
    });
  });

  test.for([
    ["{", /line 1, column 2/u],
    ["{}", /must be a list/u],
    ['"x"', /must be a list/u],
  ] as const)("%s is none", ([text, expected]) => {
    expect(JSON.stringify(readSessionManifest(text))).toMatch(expected);
  });
});
