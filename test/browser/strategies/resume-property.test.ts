import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Strategy, StrategyProgress } from "../../../functions/strategies/contract/define-strategy.ts";
import { strategies } from "../../../functions/strategies/registry.ts";
import { faultsOf, runInterrupted, type InterruptedRun, type Kill } from "./interrupted-run.ts";
import { openListSite, skusOfPage, type ListSite } from "./list-site.ts";
import { StrategyBrowser } from "./run-strategy.ts";

const PAGES = 5;
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

const strategyNamed = (name: string): Strategy => {
  const strategy = strategies.get(name);
  if (strategy === undefined) throw new Error(`there is no strategy ${name}`);
  return strategy;
};

const field = (selector: string) => ({ do: "extract", fields: { [selector.replace(".", "")]: { selector } } });
const follow = (more: object) => ({ do: "follow", selector: ".card a", as: "lamps", max: 2, ...more });
const recipe = (...steps: readonly object[]) => ({
  name: "recipe",
  input: () => ({ steps: [{ do: "goto", url: `${site.origin}/list?page=1` }, ...steps] }),
});
const ROWS = { selector: ".card", list: true, fields: { url: { selector: "a", type: "url" } } };
const LIST = { do: "paginate", by: "next", selector: "a[rel=next]" };
const SPECS = [{ do: "goto", url: "/specs/7" }, field(".weight")];

/** Jobs whose pages are all different and looked at once, so that a page that is asked for twice shows. */
const JOBS = {
  list: { name: "product-pagination", input: () => ({ url: `${site.origin}/list?page=1` }) },
  numbered: {
    name: "product-pagination",
    input: () => ({ url: `${site.origin}/list?page=1`, by: "page-parameter" }),
  },
  products: {
    name: "product-extraction",
    input: () => ({ urls: [...skusOfPage(1), "../nowhere", ...skusOfPage(2)].map((sku) => `${site.origin}/p/${sku}`) }),
  },
  recipePages: recipe({ ...LIST, as: "pages", steps: [field("h1"), field(".card")] }, { do: "goto", url: "/basket" }),
  recipeNested: recipe({ ...LIST, steps: [field("h1"), follow({ steps: [field(".gtin")] })] }, ...SPECS),
  recipeRows: recipe(
    { ...LIST, maxPages: 2, steps: [{ do: "extract", fields: { rows: ROWS } }] },
    field("h1"),
    { do: "follow", rows: "rows", link: "url", max: 4, steps: [field(".gtin")] },
    ...SPECS,
  ),
  recipeSame: recipe({ ...LIST, steps: [follow({ page: "same", steps: [field(".gtin")] })] }, ...SPECS),
} as const;
type Job = keyof typeof JOBS;

const wholes = new Map<Job, InterruptedRun>();
/** What a job gives when nothing happens to it. */
async function wholeOf(job: Job): Promise<InterruptedRun> {
  const { name, input } = JOBS[job];
  const whole = wholes.get(job) ?? (await runInterrupted(browser, site, strategyNamed(name), input(), []));
  wholes.set(job, whole);
  return whole;
}

async function faultsOfKilled(job: Job, kills: readonly Kill[], strategy = strategyNamed(JOBS[job].name)) {
  const whole = await wholeOf(job);
  const run = await runInterrupted(browser, site, strategy, JOBS[job].input(), kills);
  return faultsOf(whole, run, kills);
}

const kill = fc.record({ kind: fc.constantFrom("report", "request"), count: fc.integer({ min: 1, max: 6 }) });
const jobs = fc.constantFrom(...(Object.keys(JOBS) as Job[]));

test(
  "however often and wherever a job is killed, it gives the same, and no page that was finished is asked for again",
  { timeout: TIMEOUT_MS },
  async () => {
    const property = fc.asyncProperty(jobs, fc.array(kill, { minLength: 1, maxLength: 3 }), async (job, kills) => {
      expect(await faultsOfKilled(job, kills as Kill[])).toEqual([]);
    });
    await fc.assert(property, { seed: 37, numRuns: 25, endOnFailure: true });
  },
);

test("what was reported never changes afterwards", { timeout: TIMEOUT_MS }, async () => {
  for (const job of Object.keys(JOBS) as Job[]) {
    const strategy = strategyNamed(JOBS[job].name);
    const reports: { readonly progress: StrategyProgress; readonly json: string }[] = [];
    const checkpoint = async (progress: StrategyProgress) => {
      reports.push({ progress, json: JSON.stringify(progress) });
    };
    await browser.run({ ...strategy, run: (run) => strategy.run({ ...run, checkpoint }) }, JOBS[job].input());
    expect(reports.length).toBeGreaterThan(0);
    for (const { progress, json } of reports) expect(JSON.stringify(progress)).toBe(json);
  }
});

/** Reports something else than what the strategy does. */
function reporting(strategy: Strategy, change: (last: StrategyProgress | undefined, now: StrategyProgress) => unknown) {
  return {
    ...strategy,
    run: (run: Parameters<Strategy["run"]>[0]) => {
      let last = run.resume;
      const checkpoint = (now: StrategyProgress) => {
        const cursor = change(last, now);
        last = now;
        return run.checkpoint({ ...now, cursor });
      };
      return strategy.run({ ...run, checkpoint });
    },
  };
}

const list = strategyNamed("product-pagination");
const productsOf = (progress: StrategyProgress | undefined) =>
  (progress?.cursor as { cursor: { products: unknown[] } } | undefined)?.cursor.products ?? [];

test("twin: progress that is reported a page too early leaves products out", async () => {
  const early = reporting(list, (last, now) => {
    const saved = now.cursor as { cursor: object };
    return { ...saved, cursor: { ...saved.cursor, products: productsOf(last) } };
  });
  const faults = await faultsOfKilled("list", [{ kind: "report", count: 2 }], early);
  expect(faults).toEqual(["the output differs"]);
});

test("twin: progress that is reported a page too late asks for a page again", async () => {
  const late = reporting(list, (last) => last?.cursor);
  const faults = await faultsOfKilled("list", [{ kind: "report", count: 3 }], late);
  expect(faults).toEqual(["asked for again: GET /list?page=3"]);
});

test("twin: a page that is left out shows", async () => {
  const skipping = reporting(list, (_, now) => {
    const saved = now.cursor as { cursor: object };
    return { ...saved, cursor: { ...saved.cursor, nextUrl: `${site.origin}/list?page=4` } };
  });
  const faults = await faultsOfKilled("list", [{ kind: "report", count: 2 }], skipping);
  expect(faults).toEqual(["the output differs", "left out: GET /list?page=3"]);
});
