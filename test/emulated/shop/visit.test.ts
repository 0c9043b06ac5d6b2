import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Shop, startShop } from "../../../examples/shop/start-shop.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ user: "ada", password: "längt&" });
});
afterAll(() => shop.close());

/** A visitor with a cookie jar who doesn't follow redirects. */
function visitor(): (
  path: string,
  form?: Record<string, string>,
) => Promise<{ status: number; to: string | null; html: string }> {
  const jar = new Map<string, string>();
  return async (path, form) => {
    const answer = await fetch(`${shop.origin}${path}`, {
      redirect: "manual",
      headers: { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return { status: answer.status, to: answer.headers.get("location"), html: await answer.text() };
  };
}
const idOn = (html: string): string | undefined => /id="visitor">([^<]+)</.exec(html)?.[1];
const inStock = (): string => {
  const sku = shop.truth.products("outdoor", { stock: ["in-stock"] })?.skus[0] ?? "";
  return shop.truth.product(sku)?.variants.find(({ stock }) => stock > 0)?.sku ?? "";
};

describe("a visitor", () => {
  test("keeps an id that nobody else has", async () => {
    const [one, other] = [visitor(), visitor()];
    const id = idOn((await one("/")).html);
    expect(id).toMatch(/^[\w-]{36}$/);
    expect(idOn((await one("/c/outdoor")).html)).toBe(id);
    expect(idOn((await other("/")).html)).not.toBe(id);
    expect(JSON.parse((await one("/whoami")).html)).toMatchObject({ visitor: id, session: null });
    expect(shop.requests().at(-1)).toMatchObject({ method: "GET", path: "/whoami", visitor: id, session: null });
  });

  test("has a cart of their own", async () => {
    const [one, other] = [visitor(), visitor()];
    const variant = inStock();
    await one("/");
    expect(await one("/cart", { variant, quantity: "2" })).toMatchObject({ status: 303, to: "/cart" });
    expect((await one("/cart")).html).toContain(`<tr data-variant="${variant}">`);
    expect((await one("/")).html).toContain('<span id="cart-count">2</span>');
    expect((await other("/cart")).html).not.toContain(variant);
    await one(`/cart/${variant}`, { quantity: "5" });
    expect((await one("/")).html).toContain('<span id="cart-count">5</span>');
    await one(`/cart/${variant}`, { quantity: "0" });
    expect((await one("/cart")).html).toContain("Your cart is empty.");
    expect((await one("/cart", { variant: "OUT-00000-01" })).status).toBe(409);
  });

  test("sees the account only when logged in", async () => {
    const [one, other] = [visitor(), visitor()];
    expect(await one("/account")).toMatchObject({ status: 302, to: "/login?next=/account" });
    const refused = await one("/login", { user: "ada", password: "wrong" });
    expect(refused.status).toBe(401);
    expect(refused.html).toContain("login-error");
    expect(await one("/login", { user: "ada", password: "längt&", next: "//evil.example" })).toMatchObject({
      to: "/account",
    });
    expect((await one("/account")).html.match(/data-order=/g)).toHaveLength(3);
    expect((await other("/account")).status).toBe(302);
    await one("/logout", {});
    expect((await one("/account")).status).toBe(302);
  });
});

describe("trouble", () => {
  test("is flaky per key", async () => {
    const statuses = async (key: string): Promise<number[]> => {
      const seen: number[] = [];
      for (let time = 0; time < 4; time += 1) seen.push((await fetch(`${shop.origin}/flaky?fail=2&key=${key}`)).status);
      return seen;
    };
    expect(await statuses("a")).toEqual([503, 503, 200, 200]);
    expect(await statuses("b")).toEqual([503, 503, 200, 200]);
  });

  test("answers with the status asked for, and loops", async () => {
    for (const status of [204, 304, 404, 418, 500, 503]) {
      expect((await fetch(`${shop.origin}/status/${status}`)).status).toBe(status);
    }
    expect((await fetch(`${shop.origin}/status/100`)).status).toBe(404);
    await expect(fetch(`${shop.origin}/redirect-loop`)).rejects.toThrow("fetch failed");
  });

  test("closes while answers wait, and twice", async () => {
    const slow = await startShop({ latencyMs: 60_000 });
    const failure = fetch(slow.origin).then(
      () => "answered",
      (error: Error) => error.message,
    );
    await expect.poll(() => slow.requests().length).toBe(1);
    await slow.close();
    await slow.close();
    expect(await failure).toBe("fetch failed");
  });

  test("keeps the port to itself", async () => {
    await expect(startShop({ port: Number(new URL(shop.origin).port) })).rejects.toThrow("EADDRINUSE");
    expect(shop.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});
