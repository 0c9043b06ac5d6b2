import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import recipe from "../../../functions/strategies/recipe.ts";
import { newTrace, StrategyBrowser, type RunOptions } from "./run-strategy.ts";

let shop: Shop;
let browser: StrategyBrowser;
beforeAll(async () => {
  shop = await startShop();
  browser = await StrategyBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

const run = (path: string, steps: readonly object[], options?: RunOptions) =>
  browser.run(recipe, { steps: [{ do: "goto", url: `${shop.origin}${path}` }, ...steps] }, options);

const CARDS = {
  selector: "ul.products li.card",
  list: true,
  fields: {
    sku: { attribute: "data-sku", required: true },
    name: { selector: ".name", required: true },
    brand: { selector: ".brand" },
    price: { selector: ".price", type: "price" },
    oldPrice: { selector: ".old-price", type: "price" },
    rating: { selector: ".rating", attribute: "data-rating", type: "number" },
    reviews: { selector: ".rating", attribute: "data-reviews", type: "integer" },
    url: { selector: ".name a", type: "url" },
  },
};
const READS = ["Runtime.callFunctionOn", "Runtime.evaluate"] as const;

describe("round trips", () => {
  test("a list of 104 cards with 8 fields, further reads and asserts beside it, is one evaluation", async () => {
    const url = `${shop.origin}/c/outdoor/tents?view=more`;
    const open = [
      { do: "goto", url },
      {
        do: "paginate",
        by: "load-more",
        selector: "button.load-more",
        items: "li.card",
        steps: [{ do: "extract", fields: { products: CARDS } }],
      },
    ];
    const more = [
      { do: "assert", selector: "li.card", count: { min: 100 } },
      { do: "extract", fields: { title: { selector: "h1" }, count: { selector: ".result-count", type: "integer" } } },
      { do: "assert", url: "/c/outdoor/tents" },
    ];
    const reads = { do: "extract", fields: { products: CARDS } };
    const count = async (steps: readonly object[]) => {
      const before = browser.sent(...READS);
      const output = await browser.run(recipe, { steps });
      return { output, sent: browser.sent(...READS) - before };
    };
    const grown = await count([open[0] ?? {}, { ...open[1], steps: [{ do: "scroll", to: "top" }] }]);
    const read = await count([open[0] ?? {}, { ...open[1], steps: [{ do: "scroll", to: "top" }, reads, ...more] }]);
    expect(read.output.values["products"]).toHaveLength(104);
    expect(read.output.values).toMatchObject({ title: "Tents", count: 104 });
    expect(read.sent - grown.sent).toBe(1);
  });

  test("twin: one Playwright call for each field costs a round trip for each", async () => {
    const before = browser.sent(...READS);
    await run("/c/outdoor/tents", [], {
      prepare: async (_, page) => {
        await page.goto(`${shop.origin}/c/outdoor/tents`);
        for (const selector of [".name", ".brand", ".price"])
          await page.locator(`li.card ${selector}`).first().textContent();
      },
    });
    expect(browser.sent(...READS) - before).toBeGreaterThan(3);
  });

  test("a page of a paginated read costs one evaluation, the next link included", async () => {
    const steps = [
      { do: "paginate", by: "next", selector: "a[rel=next]", steps: [{ do: "extract", fields: { products: CARDS } }] },
    ];
    const before = browser.sent("Runtime.callFunctionOn");
    const output = await run("/c/outdoor/tents", steps);
    expect(output.values["products"]).toHaveLength(104);
    // Five pages.
    expect(browser.sent("Runtime.callFunctionOn") - before).toBe(5);
  });
});

describe("steps", () => {
  test("cards are read right", async () => {
    const { values, problems } = await run("/c/outdoor/sleeping/mats", [
      { do: "extract", fields: { products: CARDS } },
    ]);
    const money = (cents: number | null | undefined) =>
      typeof cents === "number" ? { minorUnits: cents, currency: "EUR" } : null;
    const expected = shop.truth.products("outdoor/sleeping/mats")?.pages[0]?.map((sku) => {
      const product = shop.truth.product(sku);
      return {
        sku,
        name: product?.name,
        brand: product?.brand.label,
        price: money(product?.priceCents),
        oldPrice: money(product?.oldPriceCents),
        rating: product?.rating,
        reviews: product?.reviewCount,
        url: `${shop.origin}${product?.url}`,
      };
    });
    expect(values["products"]).toEqual(expected);
    expect(problems).toEqual([]);
  });

  test("logs in by fill, press and click, and puts something into the cart by select", async () => {
    const login = [
      { do: "fill", selector: "form.login input[name=user]", value: "demo" },
      { do: "fill", selector: "form.login input[name=password]", value: "demo" },
      { do: "press", selector: "form.login input[name=password]", key: "Enter", navigates: true },
      { do: "assert", url: "/account" },
      {
        do: "extract",
        fields: { orders: { selector: "table.orders tr[data-order]", attribute: "data-order", list: true } },
      },
    ];
    const { values } = await run("/login?next=/account", login);
    expect(values["orders"]).not.toEqual([]);

    const product = shop.truth
      .products("")
      ?.skus.map((sku) => shop.truth.product(sku))
      .find((one) => one?.availability === "in-stock");
    const variant = product?.variants.find(({ stock }) => stock > 0)?.sku ?? "";
    const cart = await run(product?.url ?? "", [
      { do: "select", selector: "form.add-to-cart select", values: [variant] },
      { do: "click", selector: "form.add-to-cart button", navigates: true },
      { do: "goto", url: "/cart" },
      {
        do: "extract",
        fields: { variants: { selector: "table.cart tr[data-variant]", attribute: "data-variant", list: true } },
      },
    ]);
    expect(cart.values["variants"]).toEqual([variant]);
  });

  test("numbered addresses end at the first page that isn't there", async () => {
    const url = `${shop.origin}/c/outdoor/tents?page={page}`;
    const { values } = await run("/c/outdoor/tents", [
      {
        do: "paginate",
        by: "url",
        url,
        maxPages: 50,
        as: "pages",
        steps: [{ do: "extract", fields: { skus: { selector: "li.card", attribute: "data-sku", list: true } } }],
      },
    ]);
    expect(values["pages"]).toEqual(shop.truth.products("outdoor/tents")?.pages.map((skus) => ({ skus })));
  });

  test("follows links beside the page, and joins what they give to their rows", async () => {
    const steps = [{ do: "extract", fields: { gtin: { selector: ".gtin", required: true } } }];
    const { values, problems, url } = await run("/c/outdoor/tents", [
      {
        do: "extract",
        fields: {
          products: {
            selector: "li.card",
            list: true,
            fields: { sku: { attribute: "data-sku" }, url: { selector: ".name a", type: "url" } },
          },
        },
      },
      { do: "follow", rows: "products", link: "url", max: 3, steps },
      { do: "follow", selector: "li.card .name a", as: "details", max: 2, page: "same", steps },
    ]);
    const skus = shop.truth.products("outdoor/tents")?.skus ?? [];
    const gtins = skus.map((sku) => shop.truth.product(sku)?.gtin);
    const rows = values["products"] as { gtin?: string }[];
    expect(rows.slice(0, 4).map(({ gtin }) => gtin)).toEqual([...gtins.slice(0, 3), undefined]);
    expect(values["details"]).toMatchObject([{ gtin: gtins[0] }, { gtin: gtins[1] }]);
    expect(problems.map(({ problem }) => problem)).toEqual([
      "24 addresses, the first 3 were opened",
      "24 addresses, the first 2 were opened",
    ]);
    expect(url).toContain(skus[1]);
    expect(browser.openPages).toBe(0);
  });

  test("waits for elements, addresses, load states and silence", async () => {
    const { url } = await run("/c/outdoor/tents?view=scroll", [
      { do: "wait", load: "load" },
      { do: "wait", selector: "li.card", state: "visible" },
      { do: "scroll", to: "bottom" },
      { do: "wait", selector: "li.card:nth-child(25)" },
      { do: "wait", idleMs: 100 },
      { do: "wait", url: "**/c/outdoor/*" },
      { do: "assert", selector: "li.card", count: { min: 48 } },
    ]);
    expect(url).toContain("view=scroll");
  });

  test("writes pictures and PDFs, and only then loads what they show", async () => {
    const trace = newTrace();
    await run(
      "/",
      [
        { do: "screenshot", name: "home.jpg", type: "jpeg", selector: "h1" },
        { do: "pdf", name: "home.pdf" },
      ],
      { trace },
    );
    const [picture, print] = [trace.artifacts.get("home.jpg"), trace.artifacts.get("home.pdf")];
    expect(Buffer.from(picture?.body ?? []).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(
      Buffer.from(print?.body ?? [])
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
    const policy = (steps: object[]) => {
      const input = recipe.input.parse({ steps: [{ do: "goto", url: shop.origin }, ...steps] });
      return typeof recipe.resources === "function" ? recipe.resources(input).images : "?";
    };
    expect([policy([]), policy([{ do: "screenshot" }])]).toEqual(["block", "load"]);
  });
});

describe("failures name step, selector and what was there instead", () => {
  test.each([
    [
      "a required field",
      [
        {
          do: "extract",
          fields: {
            p: { selector: "li.card", list: true, limit: 2, fields: { x: { selector: ".nope", required: true } } },
          },
        },
      ],
      {
        name: "FieldMissing",
        at: "steps.1 (extract)",
        message: /"p\[0\]\.x" is required, and the selector "\.nope" gives nothing; found <li\.card> with the text/u,
      },
    ],
    [
      "a value of another type",
      [{ do: "extract", fields: { n: { selector: "h1", type: "price", required: true } } }],
      {
        name: "FieldInvalid",
        at: "steps.1 (extract)",
        message: /"n" \(the selector "h1"\): "Tents" can't be read as price/u,
      },
    ],
    [
      "an assertion on a count",
      [{ do: "assert", selector: "li.card", count: { max: 3 } }],
      {
        name: "AssertionFailed",
        at: "steps.1 (assert)",
        message: /24 elements match "li\.card", expected 0 to 3; found a page titled/u,
      },
    ],
    [
      "an assertion on a text",
      [{ do: "assert", selector: "h1", text: "Lamps" }],
      { name: "AssertionFailed", at: "steps.1 (assert)", message: /doesn't contain "Lamps": it is "Tents"/u },
    ],
    [
      "a selector that isn't one",
      [{ do: "extract", fields: { x: { selector: "li[[" } } }],
      { name: "SelectorInvalid", at: "steps.1 (extract)", message: /"li\[\["/u },
    ],
    [
      "an element that isn't there",
      [{ do: "click", selector: "button.nope", timeoutMs: 200 }],
      { name: "ElementNotFound", at: "steps.1 (click)", message: /nothing matches "button\.nope" after 200 ms/u },
    ],
    [
      "a wait in vain",
      [{ do: "wait", selector: ".never", timeoutMs: 200 }],
      { name: "WaitTimedOut", at: "steps.1 (wait)", message: /waited 200 ms for "\.never" to be attached/u },
    ],
    [
      "a page that isn't there",
      [{ do: "goto", url: "/status/404" }],
      { name: "PageNotFound", at: "steps.1 (goto)", message: /answered 404/u },
    ],
    [
      "a server that is down",
      [{ do: "goto", url: "/status/503" }],
      { name: "HttpUnavailable", at: "steps.1 (goto)", message: /answered 503/u },
    ],
    [
      "a request too many",
      [{ do: "goto", url: "/status/429" }],
      { name: "HttpUnavailable", at: "steps.1 (goto)", message: /answered 429/u },
    ],
    [
      "a redirect loop",
      [{ do: "goto", url: "/redirect-loop" }],
      { name: "RedirectLoop", at: "steps.1 (goto)", message: /redirects for ever/u },
    ],
    [
      "a slow page",
      [{ do: "goto", url: "/slow?ms=20000", timeoutMs: 300 }],
      { name: "NavigationTimeout", at: "steps.1 (goto)", message: /didn't open/u },
    ],
    [
      "an address that is none",
      [{ do: "goto", url: "javascript:alert(1)" }],
      { name: "AddressInvalid", at: "steps.1 (goto)", message: /no http\(s\) address/u },
    ],
    [
      "a step on a later page",
      [{ do: "paginate", by: "next", selector: "a[rel=next]", steps: [{ do: "assert", selector: "a[rel=next]" }] }],
      { name: "AssertionFailed", at: "steps.1.steps.0 (assert) on page 5", message: /0 elements match/u },
    ],
  ])("%s", async (_, steps, { name, at, message }) => {
    const failed = run("/c/outdoor/tents", steps);
    await expect(failed).rejects.toMatchObject({ name, at, message: expect.stringMatching(message) });
  });

  test("a page that hangs in a script ends the read at the job's time, and no later", async () => {
    const hang = run(
      "/hang?after=load",
      [
        { do: "wait", load: "load" },
        { do: "extract", fields: { x: { selector: "h1" } } },
      ],
      { timeoutMs: 3_000 },
    );
    await expect(hang).rejects.toThrow(/no answer within|aborted due to timeout/u);
  });

  test("what is filled in never stands in an error", async () => {
    const failed = run("/login", [{ do: "fill", selector: ".nope", value: "s3cret", timeoutMs: 100 }]);
    await expect(failed).rejects.toSatisfy((error: Error) => !error.message.includes("s3cret"));
  });
});
