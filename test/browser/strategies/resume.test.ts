import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import type { Strategy } from "../../../functions/strategies/contract/define-strategy.ts";
import { strategies } from "../../../functions/strategies/registry.ts";
import { faultsOf, runInterrupted } from "./interrupted-run.ts";
import { openListSite, skusOfPage, type ListSite } from "./list-site.ts";
import { ContainerDied, newTrace, StrategyBrowser } from "./run-strategy.ts";

const PAGES = 60;
const TIMEOUT_MS = 240_000;

let site: ListSite;
let browser: StrategyBrowser;
beforeAll(async () => {
  site = await openListSite(PAGES);
  browser = await StrategyBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await site.close();
});
beforeEach(() => {
  site.log.length = 0;
});

const strategyNamed = (name: string): Strategy => {
  const strategy = strategies.get(name);
  if (strategy === undefined) throw new Error(`there is no strategy ${name}`);
  return strategy;
};

const SKUS = { do: "extract", fields: { skus: { selector: ".card", attribute: "data-sku", list: true } } };
const GTIN = { do: "extract", fields: { gtin: { selector: ".gtin", required: true } } };
const ROWS = {
  do: "extract",
  fields: {
    rows: {
      selector: ".card",
      list: true,
      fields: { sku: { attribute: "data-sku" }, url: { selector: "a", type: "url" } },
    },
  },
};
const recipe = (...steps: readonly object[]) => ({
  steps: [{ do: "goto", url: `${site.origin}/list?page=1` }, ...steps],
});
const byNext = (steps: readonly object[], maxPages = PAGES) => ({
  do: "paginate",
  by: "next",
  selector: "a[rel=next]",
  maxPages,
  steps,
});
const links = (count: number) => Array.from({ length: Math.ceil(count / 3) }, (_, page) => skusOfPage(page + 1)).flat();

/** `report` is the one that follows the 37th page. */
const LONG: readonly (readonly [what: string, strategy: string, report: number, input: () => object])[] = [
  ["product-pagination by next", "product-pagination", 37, () => ({ url: `${site.origin}/list?page=1`, by: "next" })],
  [
    "product-pagination by page-parameter",
    "product-pagination",
    37,
    () => ({ url: `${site.origin}/list?page=1`, by: "page-parameter" }),
  ],
  [
    "product-extraction",
    "product-extraction",
    37,
    () => ({ urls: links(PAGES).map((sku) => `${site.origin}/p/${sku}`) }),
  ],
  ["recipe, paginate by next", "recipe", 37, () => recipe(byNext([SKUS]))],
  [
    "recipe, paginate by url",
    "recipe",
    37,
    () => recipe({ do: "paginate", by: "url", url: "/list?page={page}", maxPages: 100, steps: [SKUS] }),
  ],
  // 20 pages of three links, and one report before each link.
  [
    "recipe, follow in a second page",
    "recipe",
    20 + 37,
    () => recipe(byNext([ROWS], 20), { do: "follow", rows: "rows", link: "url", max: 60, steps: [GTIN] }),
  ],
  [
    "recipe, follow in the same page",
    "recipe",
    20 + 37,
    () => recipe(byNext([ROWS], 20), { do: "follow", rows: "rows", link: "url", max: 60, page: "same", steps: [GTIN] }),
  ],
  // Each page has a report before each of its three links and one before the next page: 9 pages are 36.
  [
    "recipe, follow within paginate",
    "recipe",
    37 + 2,
    () => recipe(byNext([ROWS, { do: "follow", selector: ".card a", as: "products", steps: [GTIN] }], 15)),
  ],
];

describe.each(LONG)("%s, killed behind page 37", (_, name, report, input) => {
  test("asks for each page once, in the same order, and gives the same", { timeout: TIMEOUT_MS }, async () => {
    const whole = await runInterrupted(browser, site, strategyNamed(name), input(), []);
    expect(whole.traces[0]?.checkpoints.length).toBeGreaterThan(report);
    const run = await runInterrupted(browser, site, strategyNamed(name), input(), [{ kind: "report", count: report }]);
    expect(run.log).toEqual(whole.log);
    expect(run.output).toEqual(whole.output);
    expect(run.traces[1]?.logged).toEqual([]);
    expect(run.traces[0]?.checkpoints).toHaveLength(report);
  });
});

describe("in the example shop", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop.close());

  const CASES: readonly (readonly [name: string, report: number, input: () => object])[] = [
    ["subcategory-exploration", 2, () => ({ url: `${shop.origin}/c/outdoor` })],
    ["filter-exploration", 1, () => ({ url: `${shop.origin}/c/cycling/bags`, filters: ["terrain"] })],
    ["filter-exploration", 3, () => ({ url: `${shop.origin}/c/cycling/bags`, filters: ["terrain"] })],
  ];

  const pagesSince = (begin: number) => {
    const paths = shop.requests().slice(begin);
    return paths.map(({ path }) => path).filter((path) => path.startsWith("/c/"));
  };

  test.each(CASES)("%s, killed at report %i, asks for each page once", async (name, report, input) => {
    const strategy = strategyNamed(name);
    let begin = shop.requests().length;
    const whole = await browser.run(strategy, input());
    const wholePages = pagesSince(begin);
    begin = shop.requests().length;
    const trace = newTrace();
    await expect(browser.run(strategy, input(), { trace, dieAtCheckpoint: report })).rejects.toThrow(ContainerDied);
    const resume = trace.checkpoints.at(-1);
    expect(await browser.run(strategy, input(), resume === undefined ? {} : { resume })).toEqual(whole);
    expect(pagesSince(begin)).toEqual(wholePages);
  });
});

test("twin: without the checkpoint pages are asked for twice", async () => {
  const input = { url: `${site.origin}/list?page=1`, maxPages: 4 };
  const pagination = strategyNamed("product-pagination");
  const whole = await runInterrupted(browser, site, pagination, input, []);
  const forgetful: Strategy = { ...pagination, run: (run) => pagination.run({ ...run, resume: undefined }) };
  const kills = [{ kind: "report", count: 3 }] as const;
  const run = await runInterrupted(browser, site, forgetful, input, kills);
  expect(faultsOf(whole, run, kills)).toEqual([expect.stringMatching(/^asked for again: GET \/list\?page=1/u)]);
});

test.each([
  ["product-pagination", () => ({ url: `${site.origin}/ring?page=1`, by: "next" })],
  ["recipe", () => ({ steps: [{ do: "goto", url: `${site.origin}/ring?page=1` }, byNext([SKUS])] })],
])("%s: a list that leads back to a page of an earlier container ends there", async (name, input) => {
  const kills = [{ kind: "report", count: 2 }] as const;
  const { log } = await runInterrupted(browser, site, strategyNamed(name), input(), kills);
  expect(log).toEqual([1, 2, 3].map((page) => `GET /ring?page=${page}`));
});

describe("a checkpoint that doesn't fit is logged, and the job starts over", () => {
  const input = (maxPages: number) => ({ url: `${site.origin}/list?page=1`, maxPages });
  const saved = async (name: string, message: object) => {
    const trace = newTrace();
    await expect(browser.run(strategyNamed(name), message, { trace, dieAtCheckpoint: 2 })).rejects.toThrow(
      ContainerDied,
    );
    const last = trace.checkpoints.at(-1);
    if (last === undefined) throw new Error("no progress was reported");
    return { ...last, cursor: last.cursor as Record<string, unknown> };
  };
  const runFrom = async (name: string, message: object, cursor: unknown) => {
    const trace = newTrace();
    const begin = site.log.length;
    const output = await browser.run(strategyNamed(name), message, { trace, resume: { stage: "pages", cursor } });
    return { output, logged: trace.logged, asked: site.log.slice(begin) };
  };
  const all = [1, 2, 3].map((page) => `GET /list?page=${page}`);
  const logged = ["the checkpoint doesn't fit; the job starts over"];

  test.each<readonly [string, (cursor: Record<string, unknown>) => unknown]>([
    ["of another release", (cursor) => ({ ...cursor, form: "pages/0" })],
    ["of an older kind", () => ({ packed: "bm90IGRlZmxhdGU=" })],
    ["of nothing", () => null],
    ["of another input", (cursor) => ({ ...cursor, input: "00000000" })],
    ["damaged", (cursor) => ({ ...cursor, cursor: { products: [{ key: 1 }] } })],
  ])("%s", async (_, change) => {
    const { cursor } = await saved("product-pagination", input(3));
    const run = await runFrom("product-pagination", input(3), change(cursor));
    expect(run).toMatchObject({ output: { count: 9 }, logged, asked: all });
  });

  test("of a job that was sent again with another input", async () => {
    const { cursor } = await saved("product-pagination", input(5));
    expect(await runFrom("product-pagination", input(3), cursor)).toMatchObject({ output: { count: 9 }, logged });
  });

  test("of a place that the recipe doesn't have", async () => {
    const message = recipe(byNext([SKUS], 3));
    const { cursor } = await saved("recipe", message);
    const inside = cursor["cursor"] as { readonly place: object };
    const changed = { ...cursor, cursor: { ...inside, place: { ...inside.place, step: 7 } } };
    expect(await runFrom("recipe", message, changed)).toMatchObject({ logged, asked: all });
  });
});
