import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { expect, test } from "vitest";

import type { ReplaceReason } from "../../../functions/browser/browser-event.ts";
import { DEFAULT_BROWSER_SETTINGS } from "../../../functions/browser/browser-settings.ts";
import { BrowserDeadlineExceeded } from "../../../functions/browser/deadline.ts";
import { PooledBrowser } from "../../../functions/browser/pooled-browser.ts";
import type { RunningBrowser } from "../../../functions/browser/running-browser.ts";

/** A browser that never answers, as Playwright's calls don't when their connection goes in the middle. */
function silentBrowser(openDeadlineMs: number) {
  return browserOf({ newContext: () => new Promise(() => {}) }, openDeadlineMs);
}

function browserOf(answers: object, openDeadlineMs = 600_000) {
  const sick: ReplaceReason[] = [];
  const running = {
    browser: { version: () => "153.0.0.0", isConnected: () => true, ...answers },
    rung: "zygote",
    launchMs: 0,
    stderrTail: () => "",
    exited: new Promise(() => {}),
    close: async () => {},
  } as unknown as RunningBrowser;
  const pooled = new PooledBrowser({
    id: "browser-1",
    running,
    settings: { ...DEFAULT_BROWSER_SETTINGS, chromiumDir: "/none", openDeadlineMs },
    clock: { wallMs: () => 0, monotonicMs: () => 0 },
    random: () => 0,
    onSick: (_browser, reason) => sick.push(reason),
    onRendererDied: () => {},
  });
  return { pooled, sick };
}

test("what is under way settles at once when the browser goes, and it is empty then", async () => {
  const { pooled, sick } = silentBrowser(600_000);
  const opening = pooled.open("default", () => "leased");
  expect([pooled.opening, pooled.uses]).toEqual([1, 1]);
  pooled.end("signal SIGKILL");
  await expect(opening).rejects.toThrow("the browser is gone: signal SIGKILL");
  await pooled.empty();
  expect([pooled.opening, sick]).toEqual([0, []]);
});

test("a browser that doesn't open a context in time is sick", async () => {
  const { pooled, sick } = silentBrowser(5);
  await expect(pooled.open("default", () => "pristine")).rejects.toThrow(BrowserDeadlineExceeded);
  expect([pooled.opening, sick]).toEqual([0, ["open-deadline"]]);
});

/** A context whose opening takes some turns of the microtask queue, and whose close fails. */
function contextOf(close: () => Promise<void>) {
  const page = { once: () => {}, on: () => {} };
  return {
    newPage: async () => page,
    on: () => {},
    once: () => {},
    pages: () => [page],
    browser: () => null,
    addInitScript: async () => {},
    close,
  };
}

test("whenever the browser goes while a context opens, it isn't opened, or it is told", async () => {
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 60; turns += 1) {
    const { pooled } = browserOf({ newContext: async () => contextOf(async () => {}) });
    const opening = pooled
      .open("default", () => "leased")
      .then(
        (context) => (context.loss ? "told" : context),
        () => "not opened",
      );
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    pooled.end("signal SIGKILL");
    const opened = await opening;
    outcomes.add(typeof opened === "string" ? opened : opened.loss ? "told" : "forgotten");
    expect(pooled.contexts.size).toBe(0);
  }
  expect(outcomes).toEqual(new Set(["not opened", "told"]));
});

test("a context of a browser that is gone is shut without a complaint", async () => {
  let isConnected = true;
  const close = () => Promise.reject(new Error("Target page, context or browser has been closed"));
  const { pooled, sick } = browserOf({ newContext: async () => contextOf(close), isConnected: () => isConnected });
  const context = await pooled.open("default", () => "leased");
  isConnected = false;
  await pooled.shut(context);
  // An unhandled rejection would fail this file.
  await new Promise((resolve) => setImmediate(resolve));
  expect([context.state.kind, sick]).toEqual(["gone", []]);
});

test("a place is given back once", () => {
  const { pooled } = silentBrowser(5);
  const [leave] = [pooled.claim(), pooled.claim()];
  expect(pooled.claims).toBe(2);
  leave?.();
  leave?.();
  expect(pooled.claims).toBe(1);
});

/** What the engine's collector leaves of these, forced. */
async function collected(refs: readonly WeakRef<object>[]): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // A WeakRef holds its target until the end of the task that made it.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return refs.filter((ref) => ref.deref() === undefined).length;
}

test("what its calls brought is kept by nobody once they have settled", async () => {
  const { pooled } = silentBrowser(5);
  const brought = async () => new WeakRef(await pooled.whileUp(Promise.resolve({ context: "large" }), 1_000, "a call"));
  const refs = await Promise.all(Array.from({ length: 20 }, brought));
  expect(await collected(refs)).toBe(20);
});

test("a call made after its end is refused at once", async () => {
  const { pooled } = silentBrowser(600_000);
  pooled.end("signal SIGKILL");
  await expect(pooled.whileUp(new Promise(() => {}), 600_000, "a call")).rejects.toThrow("signal SIGKILL");
});
