import { expect, test } from "vitest";

import { TalkQuota } from "../../../../functions/browser/cdp/talk-quota.ts";

const CONSOLE = "Runtime.consoleAPICalled";

function verdicts(quota: TalkQuota, session: string, count: number, everyMs: number, fromMs = 0): string[] {
  return Array.from({ length: count }, (_, index) => quota.judge(CONSOLE, session, fromMs + index * everyMs));
}

test("two hundred in a second pass, the next ones are dropped, and the next second begins anew", () => {
  const quota = new TalkQuota();
  const first = verdicts(quota, "page", 250, 1);
  expect(first.indexOf("drop")).toBe(200);
  expect(quota.judge(CONSOLE, "page", 999)).toBe("drop");
  expect(quota.judge(CONSOLE, "page", 1_000)).toBe("pass");
});

test("one page's talk takes nothing from another's", () => {
  const quota = new TalkQuota();
  verdicts(quota, "loud", 1_000, 0.1);
  expect(quota.judge(CONSOLE, "quiet", 100)).toBe("pass");
});

test("who talks much is muted, again for each speaker that a session holds, and ended once when that doesn't help", () => {
  const all = verdicts(new TalkQuota(), "page", 8_000, 1);
  const special = all.flatMap((verdict, index) =>
    verdict === "mute" || verdict === "storm" ? [[verdict, index]] : [],
  );
  expect(special.slice(0, 6)).toEqual([...[499, 999, 1_499, 1_999, 2_499].map((at) => ["mute", at]), ["storm", 2_999]]);
  expect(all.filter((verdict) => verdict === "storm")).toHaveLength(1);
});

test("much talk over a long time is neither", () => {
  const all = verdicts(new TalkQuota(), "page", 20_000, 21);
  expect(all.filter((verdict) => verdict !== "pass")).toEqual([]);
});

test("answers, and events that somebody waits for, always pass", () => {
  const quota = new TalkQuota();
  verdicts(quota, "page", 1_000, 0.1);
  expect(quota.judge(undefined, "page", 100)).toBe("pass");
  expect(quota.judge("Page.frameNavigated", "page", 100)).toBe("pass");
  expect(quota.judge(CONSOLE, undefined, 100)).toBe("pass");
});
