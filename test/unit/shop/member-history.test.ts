import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { makeMemberRecorder, type MemberRequest } from "../../../examples/shop/member-history.ts";
import { makeMembers, type MembersOptions, type MemberVisit } from "../../../examples/shop/members.ts";
import { replay } from "./replay-members.ts";

const USERS = ["member-1", "member-2"] as const;
const often = ["login", "request", "request", "search", "search", "show", "show", "end", "end"] as const;
const command = fc.record({
  does: fc.constantFrom(...often, ...often, "logout", "expire"),
  user: fc.constantFrom(...USERS),
  /** Which token of those given out, and which of the requests under way. */
  which: fc.nat(40),
  advanceMs: fc.nat(300),
});
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** Requests of two members that begin, search, show and end in any order. */
function played(commands: readonly Command[], options: MembersOptions) {
  let nowMs = 0;
  const members = makeMembers(options, () => nowMs);
  const keys: { token: string; device: string }[] = [];
  const underWay: { visit: MemberVisit; device: string; looked: boolean }[] = [];
  for (const { does, user, which, advanceMs } of commands) {
    nowMs += advanceMs;
    const at = which % Math.max(underWay.length, 1);
    const open = underWay[at];
    const key = keys[which % Math.max(keys.length, 1)];
    if (does === "login") {
      const answer = members.login(user, `${user}-secret`);
      if (answer.kind === "accepted") keys.push(answer);
    } else if (does === "expire") members.expire(user);
    else if (does === "request" && key !== undefined) {
      const admission = members.admit({ ...key, method: "GET", path: "/members", preferences: {} });
      if (admission.kind === "admitted") underWay.push({ visit: admission.visit, device: key.device, looked: false });
    } else if (open === undefined) continue;
    // As on the site: a request searches or shows, once.
    else if (does === "search" && !open.looked) {
      open.looked = true;
      open.visit.search(`sku-${which}`);
    } else if (does === "show" && !open.looked) {
      open.looked = true;
      open.visit.lastSearch();
    } else if (does === "logout") open.visit.logout();
    else if (does === "end") {
      underWay.splice(at, 1);
      const rotated = open.visit.end();
      if (rotated !== null) keys.push({ token: rotated.token, device: open.device });
    }
  }
  return members.history();
}
const options = fc.record({
  rotation: fc.boolean(),
  acceptedTokens: fc.integer({ min: 1, max: 5 }),
  secondLogin: fc.constantFrom("refuse", "replace", "allow"),
  idleMs: fc.constantFrom(500, 300_000),
} as const);

const underWayAt = (requests: readonly MemberRequest[], at: number): number =>
  requests.filter(({ step, endedStep }) => step <= at && at < (endedStep ?? Infinity)).length;

const LONG: readonly Command[] = ["login", "request", "request", "search", "show", "end", "end"].map((does, which) => ({
  does: does as Command["does"],
  user: "member-1",
  which: does === "request" ? 0 : which,
  advanceMs: 1,
}));

describe("the history", () => {
  test("can be replayed, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60, size: "max" }), options, (commands, site) => {
        const { events, flights } = played(commands, site);
        expect(replay({ events })).toEqual([]);
        for (const user of USERS) {
          const own = events.filter((event) => event.kind === "request" && event.user === user) as MemberRequest[];
          const { requests = 0, overlapped = 0, mostAtOnce = 0 } = flights[user] ?? {};
          expect(requests).toBe(own.length);
          expect(overlapped).toBe(own.filter(({ overlapping }) => overlapping > 0).length);
          expect(mostAtOnce).toBe(Math.max(0, ...own.map((request) => underWayAt(own, request.step))));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test.each<[string, Partial<MemberRequest>, string]>([
  ["shown", { shown: "sku-9" }, "shown is sku-9"],
  ["issued", { issued: 9 }, "issued is 9"],
  ["overlapping", { overlapping: 9 }, "overlapping is 9"],
  ["token", { token: 9 }, "token 9 is ahead"],
])("a history with another %s is found out", (_, change, difference) => {
  const { events } = played(LONG, { rotation: true });
  expect(replay({ events })).toEqual([]);
  const target = events.findIndex((event) => event.kind === "request" && event.shown !== null);
  expect(target).toBeGreaterThan(0);
  const forged = events.map((event, at) =>
    at === target && event.kind === "request" ? { ...event, ...change } : event,
  );
  expect(replay({ events: forged }).join("\n")).toContain(difference);
});

test("the newest 10,000 events are kept, and all requests are counted", () => {
  const recorder = makeMemberRecorder(() => 0);
  for (let time = 0; time < 10_005; time += 1) {
    recorder
      .start({ user: "member-1", login: 1, method: "GET", path: "/members", token: 1, preferences: {} })
      .ended(null);
  }
  const { events, flights } = recorder.history();
  expect([events.length, events[0]?.step]).toEqual([10_000, 11]);
  expect(flights).toEqual({ "member-1": { requests: 10_005, overlapped: 0, mostAtOnce: 1 } });
});

test("what was read of the history stays as it was", () => {
  const recorder = makeMemberRecorder(() => 7);
  const flight = recorder.start({ user: "a", login: 1, method: "GET", path: "/", token: 1, preferences: {} });
  const before = recorder.history();
  flight.ended(2);
  expect(before.events[0]).toMatchObject({ startedAtMs: 7, endedAtMs: null, issued: null });
  expect(recorder.history().events[0]).toMatchObject({ endedAtMs: 7, issued: 2, endedStep: 2 });
});
