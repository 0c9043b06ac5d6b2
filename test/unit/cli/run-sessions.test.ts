import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readJobs } from "../../../cli/jobs/read-jobs.ts";
import { addSessions } from "../../../cli/run/add-sessions.ts";
import { readJobLines } from "../../../cli/run/job-lines.ts";
import { shopCredentials } from "../../../cli/run/shop-credentials.ts";
import { workerEnvironment } from "../../../cli/run/worker-environment.ts";
import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import { parseCredentialReference } from "../../../functions/secrets/credential-reference.ts";
import { MemorySessionStore } from "../../../functions/core/session/memory-session-store.ts";

const example = (name: string) => readFile(new URL(`../../../examples/${name}`, import.meta.url), "utf8");

let shop: Shop;
let placeholders: Readonly<Record<string, string>>;
beforeAll(async () => {
  shop = await startShop();
  placeholders = { shop: shop.origin, shopHost: new URL(shop.origin).host };
});
afterAll(() => shop.close());

interface SessionJob {
  readonly session?: string;
  readonly sessionPool?: string;
}

describe("the example sessions", () => {
  test("are valid, and the shop lets each of them in", async () => {
    const store = new MemorySessionStore();
    const policies = await addSessions(store, await example("sessions.jsonl"), placeholders);
    expect([...policies]).toEqual([
      ["lookup-desk", "pages"],
      ["member-2", "exclusive"],
      ["member-3", "exclusive"],
    ]);
    for (const { login } of await store.list()) {
      const { name } = parseCredentialReference(login?.credentials ?? "");
      const { username, password } = JSON.parse(shopCredentials().get(name) ?? "{}") as Record<string, string>;
      const body = new URLSearchParams({ user: username ?? "", password: password ?? "" });
      const answer = await fetch(`${shop.origin}/members/login`, { method: "POST", body, redirect: "manual" });
      expect([name, answer.status, answer.headers.get("location")]).toEqual([name, 303, "/members"]);
    }
  });

  test("are those that the example jobs name, and the shop's truth is what these expect", async () => {
    const store = new MemorySessionStore();
    const policies = await addSessions(store, await example("sessions.jsonl"), placeholders);
    const pools = new Set((await store.list()).map(({ pool }) => pool));
    const lines = readJobLines(readJobs(await example("jobs.jsonl")), placeholders, policies);
    const under = lines.filter(({ underSession }) => underSession);
    expect(under).toHaveLength(8);
    expect(new Set(under.map(({ message }) => message.queue))).toEqual(new Set(["session-jobs", "jobs"]));
    for (const { message, expect: expected } of under) {
      const { session, sessionPool } = JSON.parse(message.body) as SessionJob;
      expect(session === undefined ? pools.has(sessionPool) : policies.has(session)).toBe(true);
      const { values } = expected.output as { values: { sku: string; title: string; price: { minorUnits: number } } };
      const truth = shop.truth.product(values.sku);
      expect(values).toEqual({
        sku: truth?.sku,
        title: truth?.name,
        price: { minorUnits: truth?.priceCents, currency: "EUR" },
      });
    }
  });
});

test("a definition with a mistake is an error that says where, and none is written", async () => {
  const store = new MemorySessionStore();
  const [first] = (await example("sessions.jsonl")).split("\n");
  const text = `${first}\n{"name":"b","site":"{{shopHost}}","policy":"lone","login":{"strategy":"recipe-login"}}`;
  await expect(addSessions(store, text, placeholders)).rejects.toThrow(/line 2 \(b\): policy.*--sessions/su);
  expect(await store.list()).toEqual([]);
});

test("workers get the caller's manifest: a list as it is, a path from the caller's folder, else nothing", () => {
  expect(workerEnvironment({ SUBLET_SESSIONS: '[{"id":"a"}]', HOME: "/x" })).toEqual({
    SUBLET_SESSIONS: '[{"id":"a"}]',
  });
  expect(workerEnvironment({ SUBLET_SESSIONS: "sessions.json" })).toEqual({
    SUBLET_SESSIONS: resolve("sessions.json"),
  });
  expect(workerEnvironment({ SUBLET_SESSIONS: " " })).toEqual({});
  expect(workerEnvironment({})).toEqual({});
});
