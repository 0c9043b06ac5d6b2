import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import type { Strategy } from "../../../functions/strategies/contract/define-strategy.ts";
import { strategies } from "../../../functions/strategies/registry.ts";
import { ContainerDied, newTrace, StrategyBrowser } from "./run-strategy.ts";

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

const CASES: readonly (readonly [name: string, input: (origin: string) => object])[] = [
  ["product-pagination", (origin) => ({ url: `${origin}/c/outdoor/tents` })],
  ["subcategory-exploration", (origin) => ({ url: `${origin}/c/outdoor` })],
  ["filter-exploration", (origin) => ({ url: `${origin}/c/cycling/bags`, filters: ["terrain"] })],
  [
    "product-extraction",
    (origin) => {
      const skus = shop.truth.products("outdoor/sleeping/mats")?.skus.slice(0, 5) ?? [];
      return { urls: skus.map((sku) => `${origin}${shop.truth.product(sku)?.url}`) };
    },
  ],
];

const strategyNamed = (name: string): Strategy => {
  const strategy = strategies.get(name);
  if (strategy === undefined) throw new Error(`there is no strategy ${name}`);
  return strategy;
};

/** Runs a job whose container dies at its second checkpoint, and once more; answers how often each page was asked for. */
async function runTwice(name: string, input: object, useCheckpoint: boolean) {
  const strategy = strategyNamed(name);
  const whole = await browser.run(strategy, input);
  const before = shop.requests().length;
  const trace = newTrace();
  await expect(browser.run(strategy, input, { trace, dieAtCheckpoint: 2 })).rejects.toThrow(ContainerDied);
  const resume = useCheckpoint ? trace.checkpoints.at(-1) : undefined;
  const output = await browser.run(strategy, input, resume === undefined ? {} : { resume });
  const paths = shop
    .requests()
    .slice(before)
    .map(({ path }) => path)
    .filter((path) => path.startsWith("/c/") || path.startsWith("/p/"));
  return { whole, output, repeated: paths.length - new Set(paths).size };
}

describe.each(CASES)("%s goes on where a dead container stopped", (name, input) => {
  test("the output is the same, and no page is opened twice", async () => {
    const { whole, output, repeated } = await runTwice(name, input(shop.origin), true);
    expect(output).toEqual(whole);
    expect(repeated).toBe(0);
  });

  test("twin: without the checkpoint pages are opened twice", async () => {
    const { repeated } = await runTwice(name, input(shop.origin), false);
    expect(repeated).toBeGreaterThan(0);
  });
});

test("a damaged checkpoint is logged, and the job starts over", async () => {
  const trace = newTrace();
  const resume = { stage: "pages", cursor: { packed: "bm90IGRlZmxhdGU=" } };
  const input = { url: `${shop.origin}/c/outdoor/sleeping/mats` };
  const output = await browser.run(strategyNamed("product-pagination"), input, { trace, resume });
  expect(output).toMatchObject({ count: shop.truth.products("outdoor/sleeping/mats")?.count });
  expect(trace.logged).toEqual(["the checkpoint can't be read; the job starts over"]);
});
