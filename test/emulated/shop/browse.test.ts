import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Shop, startShop } from "../../../examples/shop/start-shop.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

const page = async (path: string): Promise<string> => (await fetch(`${shop.origin}${path}`)).text();
const unescaped = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
const all = (html: string, pattern: RegExp): string[] =>
  [...html.matchAll(pattern)].map(([, found = ""]) => unescaped(found));
/** Cards of the product list alone, in order. */
const skusOf = (html: string): string[] => all(html, /<li class="card" data-sku="([^"]+)"/g);

async function followPages(start: string, limit = 60): Promise<string[]> {
  const skus: string[] = [];
  let next: string | undefined = start;
  for (let seen = 0; next !== undefined && seen < limit; seen += 1) {
    const html: string = await page(next);
    skus.push(...skusOf(html));
    [next] = all(html, /<a rel="next" href="([^"]+)"/g);
  }
  return skus;
}

describe("the pages of the shop", () => {
  test.each([
    "clothing",
    "outdoor/tents/family-tents",
    "outdoor/tents/shelters-tarps",
    "outdoor/camp-kitchen/cookware",
    "cycling/bikes/cargo-bikes",
    "home-living/tableware/seasonal",
  ])("lead through %s to exactly the truth's products", async (path) => {
    expect(await followPages(`/c/${path}`)).toEqual(shop.truth.products(path)?.skus);
  });

  test("keep filters, price and sort while paging", async () => {
    const query = "colour=rust&colour=sand&price=2000-30000&sort=price-desc";
    const expected = shop.truth.products("clothing", { colour: ["rust", "sand"], price: ["2000-30000"] }, "price-desc");
    expect(expected?.pageCount).toBeGreaterThan(1);
    expect(await followPages(`/c/clothing?${query}`)).toEqual(expected?.skus);
    const served = await (await fetch(`${shop.origin}/truth/products/clothing?${query}&page=2`)).json();
    expect(served).toEqual(expected);
  });

  test("give the next cards as a fragment until X-Next is absent", async () => {
    const [first = ""] = all(await page("/c/outdoor/tents?view=more"), /data-next="([^"]+)"/g);
    const skus = skusOf(await page("/c/outdoor/tents?view=more"));
    for (let next: string | null = first; next !== null && skus.length < 1000;) {
      const answer: Response = await fetch(`${shop.origin}${next}`);
      const fragment = await answer.text();
      expect(fragment).not.toContain("<html");
      skus.push(...skusOf(fragment));
      next = answer.headers.get("X-Next");
    }
    expect(skus).toEqual(shop.truth.products("outdoor/tents")?.skus);
  });

  test("show every category with its count", async () => {
    const queue = [""];
    const seen: string[] = [];
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const html = await page(path === "" ? "/" : `/c/${path}`);
      const found = [...html.matchAll(/data-category="([^"]+)"[\s\S]*?class="label">([^<]*)<[\s\S]*?\((\d+)\)/g)];
      expect(
        found.map(([, child, name = "", count]) => ({ path: child, name: unescaped(name), count: Number(count) })),
      ).toEqual(shop.truth.category(path)?.subcategories);
      queue.push(...found.map(([, child = ""]) => child));
      seen.push(path);
    }
    expect(seen.toSorted().slice(1)).toEqual(
      shop.truth
        .category("")
        ?.descendants.map((one) => one.path)
        .toSorted(),
    );
  });

  test.each(["", "?brand=nordlys", "?brand=nordlys&brand=kestrel&size=m&price=3000-&stock=in-stock", "?brand=nobody"])(
    "show the truth's filters for %j",
    async (query) => {
      const html = await page(`/c/clothing${query}`);
      const sets = [...html.matchAll(/<fieldset data-filter="([^"]+)"([^>]*)>([\s\S]*?)<\/fieldset>/g)];
      const shown = sets.map(([, filter, bounds = "", body = ""]) => {
        const legend = unescaped(/<legend>([^<]*)/.exec(body)?.[1] ?? "");
        const cents = (name: string): number | null =>
          Number(new RegExp(`${name}="(\\d+)"`).exec(bounds)?.[1] ?? 0) || null;
        if (filter === "price") {
          return { kind: "range", filter, label: legend, minCents: cents("data-min"), maxCents: cents("data-max") };
        }
        const options = [...body.matchAll(/value="([^"]+)"[\s\S]*?class="label">([^<]*)<[\s\S]*?\((\d+)\)/g)];
        return {
          kind: "options",
          filter,
          label: legend,
          options: options.map(([, value, label = "", count]) => ({
            value,
            label: unescaped(label),
            count: Number(count),
          })),
        };
      });
      const truth = (await (await fetch(`${shop.origin}/truth/filters/clothing${query}`)).json()) as object;
      expect(truth).toMatchObject({ filters: shown });
      expect(html).toContain(`data-count="${(truth as { count: number }).count}"`);
    },
  );

  test("turn the form's euros into cents", async () => {
    const answer = await fetch(`${shop.origin}/c/clothing?brand=kestrel&price-min=19,5&price-max=80&page=2`, {
      redirect: "manual",
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("/c/clothing?brand=kestrel&page=2&price=1950-8000");
  });

  test.each([
    "/c/nowhere",
    "/c/clothing?page=99",
    "/p/OUT-99999-x",
    "/nowhere",
    "/truth/product/x",
    "/images/OUT-99999-1.svg",
  ])("answer 404 at %s", async (path) => {
    expect((await fetch(`${shop.origin}${path}`)).status).toBe(404);
  });
});
