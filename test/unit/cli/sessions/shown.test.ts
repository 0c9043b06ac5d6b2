import { InvalidArgumentError } from "commander";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";

import { describeMs, durationMs } from "../../../../cli/sessions/duration.ts";
import { printable } from "../../../../cli/sessions/printable.ts";
import { reason } from "../../../../cli/sessions/reason.ts";
import { sessionTable } from "../../../../cli/sessions/session-table.ts";
import { viewOf } from "../../../../cli/sessions/session-view.ts";
import type { SessionRecord } from "../../../../functions/core/session/session.ts";
import { session } from "./session-fixtures.ts";

test.each([
  ["500ms", 500],
  ["90s", 90_000],
  ["45m", 2_700_000],
  ["12h", 43_200_000],
  ["7d", 604_800_000],
])("%s is %i ms", (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(["", "12", "0s", "1.5h", "-1h", "1 h", "1w", "9999999999s"])("%o isn't a duration", (text) => {
  expect(() => durationMs(text)).toThrow(InvalidArgumentError);
});

test.each([
  [0, "0 s"],
  [59_999, "1 min"],
  [3_661_000, "1 h 1 min"],
  [90_061_000, "1 d 1 h"],
  [-5, "0 s"],
])("%i ms are %s", (ms, text) => {
  expect(describeMs(ms)).toBe(text);
});

test.each(["", "  ", "two\nlines", "\u001B[2J", "x".repeat(201)])("%o is no reason", (text) => {
  expect(() => reason(text)).toThrow(InvalidArgumentError);
});

const record: SessionRecord = {
  ...session("a-1", { pool: "shop", endpoint: "wss://user:secret@browser.example:9222/cdp?token=secret#secret" }),
  condition: { kind: "ready" },
  errorScore: { value: 2, atMs: 0 },
  uses: 7,
  createdAtMs: 0,
  loggedInAtMs: 1_000,
  lastUsedAtMs: 600_000 - 61_000,
  lastLeasedAtMs: 0,
  fence: 9,
  loginFence: 0,
  revision: 3,
  fencedOut: 2,
  sealed: Buffer.from("sealed"),
};
const nowMs = 600_000;

test("a view holds neither the state nor what may be secret in an endpoint, and the score as of now", () => {
  const view = viewOf(record, nowMs);
  expect(JSON.stringify(view)).not.toContain("secret");
  expect(view).not.toHaveProperty("sealed");
  expect(view).toMatchObject({ endpoint: "wss://browser.example:9222/cdp", errorScore: 1, health: "idle" });
});

test("a session that a dead container left is idle, and its holder shown as one that ran out", () => {
  const owner = { container: "c-1", invocation: "i" };
  const lease = { session: "a-1", owner, fence: 9, purpose: "jobs", acquiredAtMs: 0, renewedAtMs: 0 } as const;
  const view = viewOf({ ...record, holder: { ...lease, expiresAtMs: nowMs - 2_001 } }, nowMs);
  expect(view).toMatchObject({ health: "idle", holder: { isOver: true } });
  expect(viewOf({ ...record, holder: { ...lease, expiresAtMs: nowMs - 2_000 } }, nowMs).health).toBe("busy");
});

test("the table has a line for each session, and shows why one is put aside without obeying what it says", () => {
  const reasonOfPage = `\u001B[31mrefused\u001B[0m\r\nby the shop ${"x".repeat(80)}`;
  const condition = {
    kind: "unhealthy",
    reason: reasonOfPage,
    sinceMs: nowMs - 120_000,
    recheckAtMs: 0,
    times: 1,
  } as const;
  const text = sessionTable([viewOf(record, nowMs), viewOf({ ...record, name: "a-2", condition }, nowMs)], nowMs);
  const lines = stripVTControlCharacters(text).split("\n");
  expect(lines[0]).toMatch(/^name +pool +policy +site +health +score +uses +last used +fence +fenced out +holder$/u);
  expect(lines[1]).toMatch(/^a-1 +shop +exclusive +shop\.example +idle +1 +7 +1 min 1 s ago +9 +2$/u);
  expect(lines[2]).toMatch(/^a-2 .* unhealthy 2 min ago .* 9 +2$/u);
  expect(lines[3]).toMatch(/^ +refused by the shop x+…$/u);
  expect(lines).toHaveLength(4);
  expect(printable("\u001B]0;title\u0007a\tb")).not.toMatch(/\p{Cc}/u);
});
