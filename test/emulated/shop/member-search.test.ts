import { expect, onTestFinished, test } from "vitest";
import type { MemberRequest } from "../../../examples/shop/member-history.ts";
import type { MembersOptions } from "../../../examples/shop/members.ts";
import { type Shop, startShop } from "../../../examples/shop/start-shop.ts";
import { memberClient, type MemberClient, textOf } from "./member-client.ts";

const [SKU_A, SKU_B] = ["OUT-00001", "OUT-00002"] as const;

async function started(members: MembersOptions, latencyMs = 0): Promise<Shop> {
  const shop = await startShop({ latencyMs, members });
  onTestFinished(() => shop.close());
  return shop;
}
const requestsOf = (shop: Shop): MemberRequest[] =>
  shop.members.history().events.filter((event) => event.kind === "request");

async function signedIn(shop: Shop, user = "member-1"): Promise<MemberClient> {
  const client = memberClient(shop.origin);
  expect((await client.login(user)).status).toBe(303);
  return client;
}
/** A page of the client's login, with what the browser holds now. */
const pageOf = (shop: Shop, client: MemberClient): MemberClient => memberClient(shop.origin, client.jar);

async function look(page: MemberClient, sku: string): Promise<string | null> {
  await page.post("/members/search", { sku });
  return textOf((await page.get("/members/result")).html, "record-sku");
}

test("a search shows the record that the catalogue holds", async () => {
  const shop = await started({});
  const client = await signedIn(shop);
  const empty = await client.get("/members/result");
  expect([empty.status, textOf(empty.html, "record-sku")]).toEqual([404, null]);
  expect(await client.post("/members/search", { sku: ` ${SKU_A} ` })).toMatchObject({
    status: 303,
    to: "/members/result",
  });
  const { status, html } = await client.get("/members/result");
  const product = shop.truth.product(SKU_A);
  expect(status).toBe(200);
  expect(textOf(html, "record-sku")).toBe(SKU_A);
  expect(textOf(html, "record-title")).toBe(product?.name);
  expect(html).toContain(`data-cents="${product?.priceCents}"`);
  expect(textOf(html, "record-price")).toBe(`€${((product?.priceCents ?? 0) / 100).toFixed(2)}`);
  const missing = (await client.post("/members/search", { sku: "<b>" }), await client.get("/members/result"));
  expect(missing.status).toBe(404);
  expect(missing.html).toContain("There is no article <strong>&lt;b&gt;</strong>.");
});

test("two interleaved searches of one login give the wrong record, one after the other the right ones", async () => {
  const shop = await started({});
  const client = await signedIn(shop);
  const [one, two] = [pageOf(shop, client), pageOf(shop, client)];
  await one.post("/members/search", { sku: SKU_A });
  await two.post("/members/search", { sku: SKU_B });
  expect(textOf((await one.get("/members/result")).html, "record-sku")).toBe(SKU_B);
  expect(textOf((await two.get("/members/result")).html, "record-sku")).toBe(SKU_B);
  expect([await look(one, SKU_A), await look(two, SKU_B)]).toEqual([SKU_A, SKU_B]);
  expect(requestsOf(shop).flatMap(({ shown }) => (shown === null ? [] : [shown]))).toEqual([
    SKU_B,
    SKU_B,
    SKU_A,
    SKU_B,
  ]);
});

test("with latency, searches at once always collide, those of two members never", async () => {
  const shop = await started({ searchLatencyMs: 1_000 });
  const [first, second] = [await signedIn(shop, "member-1"), await signedIn(shop, "member-2")];
  const [a, b] = await Promise.all([look(pageOf(shop, first), SKU_A), look(pageOf(shop, first), SKU_B)]);
  expect(a).toBe(b);
  expect(await Promise.all([look(first, SKU_A), look(second, SKU_B)])).toEqual([SKU_A, SKU_B]);
});

test("requests that overlap are counted by member, while they are under way", async () => {
  const shop = await started({ searchLatencyMs: 60_000 });
  const [first, second] = [await signedIn(shop, "member-1"), await signedIn(shop, "member-2")];
  await second.get("/members");
  await second.get("/members");
  const answers = [first, first, first, second].map((client) =>
    pageOf(shop, client)
      .post("/members/search", { sku: SKU_A })
      .catch((error: Error) => error.message),
  );
  await expect.poll(() => requestsOf(shop).length).toBe(6);
  expect(requestsOf(shop).filter(({ user }) => user === "member-1")).toMatchObject(
    [1, 2, 3].map(() => ({ overlapping: 2, searched: SKU_A, endedAtMs: null, endedStep: null })),
  );
  expect(shop.members.history().flights).toEqual({
    "member-1": { requests: 3, overlapped: 3, mostAtOnce: 3 },
    "member-2": { requests: 3, overlapped: 0, mostAtOnce: 1 },
  });
  await shop.close();
  expect(await Promise.all(answers)).toEqual(answers.map(() => "fetch failed"));
});

test("a request that waits for the shop's latency is under way", async () => {
  const shop = await started({}, 200);
  const client = await signedIn(shop);
  await client.get("/members");
  const [request] = requestsOf(shop);
  // A timer may be a millisecond early by the clock.
  expect((request?.endedAtMs ?? 0) - (request?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(199);
});
