import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Shop, startShop } from "../../../examples/shop/start-shop.ts";
import { memberClient, textOf } from "./member-client.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ members: { count: 20 } });
});
afterAll(() => shop.close());

const TO_LOGIN = { status: 302, to: "/members/login" };
const eventsOf = (user: string) => shop.members.history().events.filter((event) => event.user === user);
const reasonsOf = (user: string) => eventsOf(user).flatMap((event) => ("reason" in event ? [event.reason] : []));
const control = async (action: string, user: string) => {
  const answer = await fetch(`${shop.origin}/trouble/members/${action}?user=${user}`, { method: "POST" });
  return { status: answer.status, body: (await answer.json()) as unknown };
};

describe("a member's login", () => {
  test("opens the members' pages, which nobody else sees", async () => {
    const client = memberClient(shop.origin);
    for (const path of ["/members", "/members/result", "/members/preference?name=a&value=1"]) {
      expect(await client.get(path)).toMatchObject(TO_LOGIN);
    }
    expect(await client.post("/members/search", { sku: "OUT-00001" })).toMatchObject(TO_LOGIN);
    expect((await client.get("/members/login")).html).toMatch(/<input name="user"[^]*name="password"[^]*<button/);
    expect(await client.login("member-1")).toMatchObject({ status: 303, to: "/members" });
    const page = await client.get("/members");
    expect(page.status).toBe(200);
    expect(textOf(page.html, "member-name")).toBe("member-1");
    expect([...client.jar.keys()].toSorted()).toEqual(["member", "member-device", "member-name", "visitor"]);
    expect(client.jar.get("member-name")).toBe("member-1");
  });

  test("keeps the token from the page's scripts, and nothing else", async () => {
    const answer = await fetch(`${shop.origin}/members/login`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ user: "member-2", password: "member-2-secret" }),
    });
    const httpOnly = answer.headers.getSetCookie().map((line) => [line.split("=")[0], line.includes("HttpOnly")]);
    expect(Object.fromEntries(httpOnly)).toEqual({ member: true, "member-name": false, "member-device": false });
  });

  test.each([
    ["a wrong password", "member-3", "nope", "wrong-password"],
    ["another member's password", "member-3", "member-4-secret", "wrong-password"],
    ["a number past the last", "member-21", "member-21-secret", "unknown-user"],
    ["number 0", "member-0", "member-0-secret", "unknown-user"],
    ["a number with a leading zero", "member-01", "member-01-secret", "unknown-user"],
    ["nothing", "", "", "unknown-user"],
  ])("is refused with %s", async (_, user, password, reason) => {
    const client = memberClient(shop.origin);
    const answer = await client.login(user, password);
    expect(answer.status).toBe(401);
    expect(textOf(answer.html, "login-error")).toBe("User or password is wrong.");
    expect(client.jar.has("member")).toBe(false);
    expect(reasonsOf(user).at(-1)).toBe(reason);
  });

  test("is refused while another of this member is active, until that one signs out", async () => {
    const [first, second] = [memberClient(shop.origin), memberClient(shop.origin)];
    await first.login("member-5");
    const refused = await second.login("member-5");
    expect(refused.status).toBe(409);
    expect(textOf(refused.html, "login-error")).toContain("active session, wait five minutes");
    expect((await first.get("/members")).status).toBe(200);
    expect(await second.get("/members")).toMatchObject(TO_LOGIN);
    const before = new Map(first.jar);
    expect(await first.post("/members/logout")).toMatchObject({ status: 303, to: "/members/login" });
    expect([...first.jar.keys()].filter((name) => name.startsWith("member"))).toEqual([]);
    expect(await memberClient(shop.origin, before).get("/members")).toMatchObject(TO_LOGIN);
    expect((await second.login("member-5")).status).toBe(303);
    expect(eventsOf("member-5").map(({ kind }) => kind)).toEqual([
      "login-accepted",
      "login-refused",
      "request",
      "request",
      "sign-out",
      "login-accepted",
    ]);
  });

  test("is worth nothing without the device cookie, but isn't ended by that", async () => {
    const client = memberClient(shop.origin);
    await client.login("member-6");
    const device = client.jar.get("member-device") ?? "";
    client.jar.delete("member-device");
    expect(await client.get("/members")).toMatchObject(TO_LOGIN);
    client.jar.set("member-device", "another");
    expect(await client.get("/members")).toMatchObject(TO_LOGIN);
    client.jar.set("member-device", device);
    expect((await client.get("/members")).status).toBe(200);
    expect(reasonsOf("member-6")).toEqual(["no-device", "no-device"]);
  });
});

describe("from outside", () => {
  test("a session expires, and the next login is accepted at once", async () => {
    const client = memberClient(shop.origin);
    await client.login("member-7");
    expect(await control("expire", "member-7")).toEqual({ status: 200, body: { user: "member-7", ended: 1 } });
    expect(await client.get("/members")).toMatchObject(TO_LOGIN);
    expect((await client.login("member-7")).status).toBe(303);
    expect((await client.get("/members")).status).toBe(200);
    expect(reasonsOf("member-7")).toEqual(["expired"]);
  });

  test("an account is locked, and opened again", async () => {
    const client = memberClient(shop.origin);
    await client.login("member-8");
    expect(await control("revoke", "member-8")).toMatchObject({ body: { ended: 1 } });
    expect(await client.get("/members")).toMatchObject(TO_LOGIN);
    for (const _ of [1, 2]) {
      const refused = await client.login("member-8");
      expect(refused.status).toBe(403);
      expect(textOf(refused.html, "login-error")).toContain("account locked");
    }
    expect((await client.login("member-8", "nope")).status).toBe(401);
    await control("expire", "member-8");
    expect((await client.login("member-8")).status).toBe(403);
    await control("restore", "member-8");
    expect((await client.login("member-8")).status).toBe(303);
    expect(reasonsOf("member-8")).toEqual(["revoked", "locked", "locked", "wrong-password", "locked"]);
  });

  test("nothing is done to who isn't a member", async () => {
    for (const action of ["expire", "revoke", "restore"]) {
      expect(await control(action, "member-21")).toEqual({ status: 404, body: { error: "not found" } });
    }
  });
});

test("the history is the same as JSON, and holds neither tokens nor passwords", async () => {
  const client = memberClient(shop.origin);
  await client.login("member-9");
  await client.get("/members");
  const json = await (await fetch(`${shop.origin}/truth/members`)).text();
  expect(JSON.parse(json)).toEqual(shop.members.history());
  expect(json).not.toContain("-secret");
  for (const cookie of ["member", "member-device"]) expect(json).not.toContain(client.jar.get(cookie));
});
