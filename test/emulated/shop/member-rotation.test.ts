import { expect, onTestFinished, test } from "vitest";
import type { MembersOptions } from "../../../examples/shop/members.ts";
import { type Shop, startShop } from "../../../examples/shop/start-shop.ts";
import { memberClient, type MemberClient, textOf } from "./member-client.ts";

async function signedIn(members: MembersOptions): Promise<{ shop: Shop; client: MemberClient }> {
  const shop = await startShop({ members });
  onTestFinished(() => shop.close());
  const client = memberClient(shop.origin);
  expect((await client.login("member-1")).status).toBe(303);
  return { shop, client };
}
const preferencesOn = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/data-preference="([^"]+)"[^]*?class="value">([^<]*)</g)].map(([, name, value]) => [name, value]),
  );
/** Another browser with a copy of the cookies. */
const copyOf = (shop: Shop, { jar }: MemberClient): MemberClient => memberClient(shop.origin, new Map(jar));

test("without rotation no later answer sets a cookie", async () => {
  const { client } = await signedIn({});
  await client.get("/members");
  const before = new Map(client.jar);
  await client.post("/members/search", { sku: "OUT-00001" });
  await client.get("/members/result");
  expect(client.jar).toEqual(before);
});

test("each answer sets a new token and counts", async () => {
  const { shop, client } = await signedIn({ rotation: true });
  const tokens = new Set([client.jar.get("member")]);
  await client.get("/members");
  tokens.add(client.jar.get("member"));
  await client.post("/members/search", { sku: "OUT-00001" });
  tokens.add(client.jar.get("member"));
  expect((await client.get("/members/nowhere")).status).toBe(404);
  tokens.add(client.jar.get("member"));
  expect(tokens.size).toBe(4);
  expect(client.jar.get("member-seen")).toBe("3");
  await client.get("/members/login");
  expect(client.jar.get("member-seen")).toBe("3");
  const { events } = shop.members.history();
  expect(events.flatMap((event) => (event.kind === "request" ? [[event.token, event.issued]] : []))).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
});

test("a token within the window is accepted, one older signs the member out completely", async () => {
  const { shop, client } = await signedIn({ rotation: true, acceptedTokens: 3 });
  const old = copyOf(shop, client);
  await client.get("/members");
  await client.get("/members");
  const older = copyOf(shop, old);
  expect((await old.get("/members")).status).toBe(200);
  expect(await older.get("/members")).toMatchObject({ status: 302, to: "/members/login" });
  expect(await client.get("/members")).toMatchObject({ status: 302, to: "/members/login" });
  const reasons = shop.members.history().events.flatMap((event) => ("reason" in event ? [event.reason] : []));
  expect(reasons).toEqual(["stale-token", "stale-token", "unknown-token"]);
  expect((await client.login("member-1")).status).toBe(303);
});

test("a copy of the cookies that loses an update signs everybody out in the end", async () => {
  const { shop, client } = await signedIn({ rotation: true });
  const stale = new Map(client.jar);
  for (let time = 0; time < 29; time += 1) await client.get("/members");
  expect((await memberClient(shop.origin, new Map(stale)).get("/members")).status).toBe(200);
  expect((await memberClient(shop.origin, new Map(stale)).get("/members")).status).toBe(302);
  expect((await client.get("/members")).status).toBe(302);
});

test("preferences are cookies of their own, set and deleted one by one", async () => {
  const { shop, client } = await signedIn({ rotation: true });
  await client.get("/members/preference?name=theme&value=dark");
  await client.get("/members/preference?name=size&value=38");
  expect([client.jar.get("preference-theme"), client.jar.get("preference-size")]).toEqual(["dark", "38"]);
  expect(preferencesOn((await client.get("/members/preference")).html)).toEqual({ size: "38", theme: "dark" });
  const deleted = await client.get("/members/preference?name=theme&value=");
  expect(preferencesOn(deleted.html)).toEqual({ size: "38" });
  expect([...client.jar.keys()].filter((name) => name.startsWith("preference-"))).toEqual(["preference-size"]);
  await client.get("/members");
  expect(shop.members.history().events.at(-1)).toMatchObject({ path: "/members", preferences: { size: "38" } });
  for (const query of ["name=a%20b&value=1", "name=&value=1", "name=a&value=%3B", `name=a&value=${"x".repeat(101)}`]) {
    const refused = await client.get(`/members/preference?${query}`);
    expect([refused.status, textOf(refused.html, "preference-error") !== null]).toEqual([400, true]);
  }
  await client.post("/members/logout");
  expect([...client.jar.keys()].toSorted()).toEqual(["preference-size", "visitor"]);
});
