import { expect, test } from "vitest";

import { importBrokeOff } from "../../../../cli/sessions/import-broke-off.ts";
import { replaceState } from "../../../../cli/sessions/replace-state.ts";
import { writeSessions } from "../../../../cli/sessions/write-sessions.ts";
import { StoreUnavailable } from "../../../../functions/core/job/store-failures.ts";
import { decodeState } from "../../../../functions/core/session/state/encoded-state.ts";
import { MemorySessionStore } from "../../../../functions/core/session/memory-session-store.ts";
import type { SessionCondition, SessionRecord } from "../../../../functions/core/session/session.ts";
import type { SessionStore } from "../../../../functions/core/session/session-store.ts";
import { plainSeal, session } from "./session-fixtures.ts";

const named = (...names: readonly string[]) => names.map((name) => ({ definition: { name } }));

test("what is written, what isn't and what nobody knows is told exactly, with the way on", async () => {
  const unavailable = new StoreUnavailable("create", new Error("no answer"));
  const outcome = await writeSessions(named("a", "b", "c", "d"), async ({ definition }) => {
    if (definition.name === "c") throw unavailable;
    return { kind: "written" };
  });
  expect(outcome).toEqual({
    written: ["a", "b"],
    failed: { session: "c", why: unavailable.message, mayBeWritten: true },
    notWritten: ["d"],
  });
  const error = importBrokeOff(outcome, {});
  expect(error.exitCode).toBe(1);
  expect(error.message).toBe(
    [
      "It broke off at c: create: Error: no answer.",
      "  written (2): a, b",
      "  perhaps written (1): c; the store gave no answer",
      "  not written (1): d",
      "The same command with --skip-existing does the rest, and leaves the written ones as they are.",
    ].join("\n"),
  );
});

test("one that was refused isn't written, and nothing after it is tried", async () => {
  const tried: string[] = [];
  const outcome = await writeSessions(named("a", "b", "c"), async ({ definition: { name } }) => {
    tried.push(name);
    return name === "b" ? { kind: "refused", why: "somebody created it meanwhile" } : { kind: "written" };
  });
  expect(tried).toEqual(["a", "b"]);
  expect(importBrokeOff(outcome, { replace: true }).message).toContain("not written (2): b, c\nThe same command does");
});

test("an interrupted import ends between two sessions", async () => {
  const controller = new AbortController();
  const outcome = await writeSessions(
    named("a", "b"),
    async () => {
      controller.abort();
      return { kind: "written" };
    },
    { signal: controller.signal },
  );
  expect(outcome).toEqual({ written: ["a"], notWritten: ["b"] });
  expect(importBrokeOff(outcome, {}).exitCode).toBe(130);
});

const owner = { container: "sublet-cli", invocation: "i" };
const other = { container: "container-1", invocation: "j" };
const cookie = { name: "sid", value: "new", domain: "shop.example", path: "/", expires: -1 };
const snapshot = {
  cookies: [{ ...cookie, httpOnly: true, secure: true, sameSite: "Lax" as const }],
  origins: [],
};

async function stored(condition?: SessionCondition): Promise<{ store: SessionStore; before: SessionRecord }> {
  const store: SessionStore = new MemorySessionStore();
  await store.create(session("a"), { sealed: Buffer.from("old") }, 0);
  if (condition) await store.setCondition("a", condition, 1);
  const before = await store.read("a");
  if (before === undefined) throw new Error("not stored");
  return { store, before };
}

const replace = (store: Pick<SessionStore, "take" | "release" | "setCondition" | "read">, before: SessionRecord) =>
  replaceState({ definition: session("a"), snapshot }, before, { store, seal: plainSeal, owner, now: () => 10_000 });

test.each<SessionCondition>([
  { kind: "ready" },
  { kind: "unhealthy", reason: "refused", sinceMs: 1, recheckAtMs: 3_600_000, times: 3 },
])("a session that is $kind gets the new state, ready and under a new login", async (condition) => {
  const { store, before } = await stored(condition.kind === "ready" ? undefined : condition);
  expect(await replace(store, before)).toEqual({ kind: "written" });
  const record = await store.read("a");
  expect(record).toMatchObject({ condition: { kind: "ready" }, loginFence: record?.fence, loggedInAtMs: 10_000 });
  expect(record?.holder).toBeUndefined();
  const state = decodeState(await plainSeal.open({ session: "a", site: "" }, record?.sealed ?? new Uint8Array()));
  expect(Object.values(state.records)).toMatchObject([{ stamp: { fence: record?.fence }, value: { value: "new" } }]);
});

const THEIRS = new Uint8Array([1, 2, 3]);

/** Somebody takes the session just before the call of that name. */
function overtakenBefore(store: SessionStore, call: "take" | "read", andGivesBack = false) {
  const first = async (name: string) => {
    const request = { name: "a", owner: other, durationMs: 60_000, purpose: "jobs", recheck: true } as const;
    const taken = name === call ? await store.take(request, 10_000) : undefined;
    if (taken?.kind === "taken" && andGivesBack) await store.release(taken.lease, { sealed: THEIRS }, 10_000);
  };
  const raced: Pick<SessionStore, "take" | "release" | "setCondition" | "read"> = {
    take: async (request, nowMs) => {
      await first("take");
      return store.take(request, nowMs);
    },
    read: async (name) => {
      await first("read");
      return store.read(name);
    },
    release: (...args) => store.release(...args),
    setCondition: (...args) => store.setCondition(...args),
  };
  return raced;
}

test.each([
  ["ready", "take", undefined],
  ["unhealthy", "read", { kind: "unhealthy", reason: "x", sinceMs: 1, recheckAtMs: 2, times: 1 }],
  ["unhealthy", "take", { kind: "unhealthy", reason: "x", sinceMs: 1, recheckAtMs: 2, times: 1 }],
] as const)(
  "a container that takes a session that is %s before our %s keeps it, state and all",
  async (_is, call, condition) => {
    const { store, before } = await stored(condition);
    expect(await replace(overtakenBefore(store, call), before)).toMatchObject({ kind: "refused" });
    const record = await store.read("a");
    expect(record?.holder?.owner).toEqual(other);
    expect(Buffer.from(record?.sealed ?? []).toString()).toBe("old");
  },
);

test("a container that had the session since it was looked at keeps what it left there", async () => {
  const { store, before } = await stored();
  expect(await replace(overtakenBefore(store, "take", true), before)).toMatchObject({ kind: "refused" });
  expect((await store.read("a"))?.sealed).toEqual(THEIRS);
});

test("a session whose new state can't be sealed is free again at once, with the old one", async () => {
  const { store, before } = await stored();
  const seal = { seal: () => Promise.reject(new Error("no key")) };
  const replaced = replaceState({ definition: session("a"), snapshot }, before, { store, seal, owner, now: () => 10 });
  await expect(replaced).rejects.toThrow("no key");
  const record = await store.read("a");
  expect(record?.holder).toBeUndefined();
  expect(Buffer.from(record?.sealed ?? []).toString()).toBe("old");
});
