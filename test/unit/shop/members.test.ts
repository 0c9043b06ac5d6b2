import { describe, expect, test } from "vitest";
import { type Admission, makeMembers, type Members, type MembersOptions } from "../../../examples/shop/members.ts";

interface Keys {
  readonly token: string;
  readonly device: string;
}

function site(options: MembersOptions = {}) {
  const clock = { nowMs: 0 };
  const members = makeMembers(options, () => clock.nowMs);
  return { clock, members, login: (user = "member-1") => members.login(user, `${user}-secret`) };
}
function keysOf(answer: ReturnType<Members["login"]>): Keys {
  if (answer.kind !== "accepted") throw new Error(answer.reason);
  return answer;
}
const admit = (members: Members, { token, device }: Keys): Admission =>
  members.admit({ token, device, method: "GET", path: "/members", preferences: {} });
/** What became of one whole request: the new token, "same", or why it was turned away. */
function visit(members: Members, keys: Keys): string {
  const admission = admit(members, keys);
  return admission.kind === "turned-away" ? admission.reason : (admission.visit.end()?.token ?? "same");
}
const signOuts = (members: Members) =>
  members.history().events.flatMap((event) => (event.kind === "sign-out" ? [event.reason] : []));

describe("idle logins", () => {
  test("end, and make room, exactly when the time is over", () => {
    const { clock, members, login } = site({ idleMs: 1_000 });
    const keys = keysOf(login());
    clock.nowMs = 999;
    expect(login()).toEqual({ kind: "refused", reason: "active-session" });
    clock.nowMs = 1_000;
    expect(visit(members, keys)).toBe("unknown-token");
    expect(login().kind).toBe("accepted");
    clock.nowMs = 2_000;
    expect(login().kind).toBe("accepted");
    expect(signOuts(members)).toEqual(["idle", "idle"]);
  });

  test("count from the end of the last request; a refused login keeps nothing alive", () => {
    const { clock, members, login } = site({ idleMs: 1_000 });
    const keys = keysOf(login());
    clock.nowMs = 500;
    const admission = admit(members, keys);
    clock.nowMs = 900;
    if (admission.kind === "admitted") admission.visit.end();
    clock.nowMs = 1_800;
    expect(login().kind).toBe("refused");
    expect(visit(members, keys)).toBe("same");
    clock.nowMs = 2_800;
    expect(login().kind).toBe("accepted");
  });

  test("of five minutes by default", () => {
    const { clock, login } = site();
    login();
    clock.nowMs = 299_999;
    expect(login().kind).toBe("refused");
    clock.nowMs = 300_000;
    expect(login().kind).toBe("accepted");
  });
});

describe("a second login", () => {
  test("is refused by default, and only for the same member", () => {
    const { login } = site();
    expect([login("member-1").kind, login("member-2").kind, login("member-1").kind]).toEqual([
      "accepted",
      "accepted",
      "refused",
    ]);
  });

  test("ends the first where the site replaces", () => {
    const { members, login } = site({ secondLogin: "replace" });
    const [first, second] = [keysOf(login()), keysOf(login())];
    expect([visit(members, first), visit(members, second)]).toEqual(["unknown-token", "same"]);
    expect(signOuts(members)).toEqual(["replaced"]);
  });

  test("stands beside the first where the site allows it, with a search of its own", () => {
    const { members, login } = site({ secondLogin: "allow" });
    const visits = [keysOf(login()), keysOf(login())].map((keys) => admit(members, keys));
    const shown = visits.map((admission, at) => {
      if (admission.kind === "admitted") admission.visit.search(`sku-${at}`);
      return () => (admission.kind === "admitted" ? admission.visit.lastSearch() : null);
    });
    expect(shown.map((last) => last())).toEqual(["sku-0", "sku-1"]);
    expect(members.expire("member-1")).toBe(2);
  });
});

describe("rotation", () => {
  test.each([1, 2, 30])("accepts exactly the newest %i tokens", (acceptedTokens) => {
    const oldest = (rotations: number): string => {
      const { members, login } = site({ rotation: true, acceptedTokens });
      const first = keysOf(login());
      let newest = first;
      for (let time = 0; time < rotations; time += 1) newest = { ...newest, token: visit(members, newest) };
      return visit(members, first);
    };
    expect(oldest(acceptedTokens - 1)).toMatch(/^[\w-]{36}\.\d+$/);
    expect(oldest(acceptedTokens)).toBe("stale-token");
  });

  test("ends every login of the member for a stale token, and nobody else's", () => {
    const { members, login } = site({ rotation: true, acceptedTokens: 1, secondLogin: "allow" });
    const [one, two, other] = [keysOf(login()), keysOf(login()), keysOf(login("member-2"))];
    visit(members, one);
    expect([visit(members, one), visit(members, two)]).toEqual(["stale-token", "unknown-token"]);
    expect(visit(members, other)).toMatch(/\.2$/);
    expect(signOuts(members)).toEqual(["stale-token", "stale-token"]);
  });

  test("gives nothing to a request whose login ended meanwhile", () => {
    const { members, login } = site({ rotation: true });
    const admission = admit(members, keysOf(login()));
    members.revoke("member-1");
    expect(admission.kind === "admitted" && admission.visit.end()).toBeNull();
    expect(members.history().events.find(({ kind }) => kind === "request")).toMatchObject({ token: 1, issued: null });
  });

  test.each(["", "x", "a.b", `${"a".repeat(36)}.1`])("knows no token %j", (token) => {
    const { members, login } = site({ rotation: true });
    expect(visit(members, { ...keysOf(login()), token })).toBe("unknown-token");
  });

  test("accepts no token that it hasn't given yet, and needs a window", () => {
    const { members, login } = site({ rotation: true });
    const keys = keysOf(login());
    expect(visit(members, { ...keys, token: keys.token.replace(/1$/, "2") })).toBe("unknown-token");
    expect(visit(members, keys)).toMatch(/\.2$/);
    for (const acceptedTokens of [0, -1, Number.NaN]) expect(() => site({ acceptedTokens })).toThrow("acceptedTokens");
  });
});
