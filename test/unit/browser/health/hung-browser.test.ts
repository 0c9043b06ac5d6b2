import { expect, test } from "vitest";

import type { BrowserSuccession } from "../../../../functions/browser/browser-succession.ts";
import { HungBrowserRound } from "../../../../functions/browser/health/hung-browser.ts";
import type { PooledBrowser } from "../../../../functions/browser/pooled-browser.ts";

/** A browser without a process of ours, which answers its pings in this order. */
function watched(answers: ("answers" | "is silent")[], isConnected = true) {
  const killed: string[] = [];
  const session = { send: async () => ({}), detach: async () => {} };
  const newBrowserCDPSession = () => (answers.shift() === "answers" ? Promise.resolve(session) : new Promise(() => {}));
  const browser = {
    running: { browser: { newBrowserCDPSession, isConnected: () => isConnected } },
  } as unknown as PooledBrowser;
  const launched = {
    browsers: new Set([browser]),
    kill: (_browser: PooledBrowser, detail: string) => void killed.push(detail),
  } as unknown as BrowserSuccession;
  const round = new HungBrowserRound({ pingDeadlineMs: 5, pingEveryMs: 1 }, launched);
  return { round, killed };
}

test("two misses in a row kill it", async () => {
  const { round, killed } = watched(["answers", "is silent", "is silent"]);
  await round.look();
  await round.look();
  expect(killed).toEqual([]);
  await round.look();
  expect(killed).toEqual(["the browser's answer to a ping took longer than 5 ms"]);
});

test("an answer in between forgives the miss before it", async () => {
  const { round, killed } = watched(["is silent", "answers", "is silent", "answers"]);
  for (let looks = 0; looks < 4; looks += 1) await round.look();
  expect(killed).toEqual([]);
});

test("one whose connection has ended is nothing to kill", async () => {
  const { round, killed } = watched(["is silent", "is silent", "is silent"], false);
  for (let looks = 0; looks < 3; looks += 1) await round.look();
  expect(killed).toEqual([]);
});
