import { expect, test } from "vitest";

import type { ReplaceReason } from "../../../functions/browser/browser-event.ts";
import { DEFAULT_BROWSER_SETTINGS } from "../../../functions/browser/browser-settings.ts";
import { BrowserDeadlineExceeded } from "../../../functions/browser/deadline.ts";
import { PooledBrowser } from "../../../functions/browser/pooled-browser.ts";
import type { RunningBrowser } from "../../../functions/browser/running-browser.ts";

/** A browser that never answers, as Playwright's calls don't when their connection goes in the middle. */
function silentBrowser(openDeadlineMs: number) {
  const sick: ReplaceReason[] = [];
  const running = {
    browser: { newContext: () => new Promise(() => {}), version: () => "153.0.0.0", isConnected: () => true },
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

test("a place is given back once", () => {
  const { pooled } = silentBrowser(5);
  const [leave] = [pooled.claim(), pooled.claim()];
  expect(pooled.claims).toBe(2);
  leave?.();
  leave?.();
  expect(pooled.claims).toBe(1);
});
