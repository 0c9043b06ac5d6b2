import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Strategy } from "../../../functions/strategies/contract/define-strategy.ts";
import recipeStrategy from "../../../functions/strategies/recipe.ts";
import { runInterrupted, type Kill } from "./interrupted-run.ts";
import { openListSite, type ListSite } from "./list-site.ts";
import { StrategyBrowser } from "./run-strategy.ts";

const recipe = recipeStrategy as unknown as Strategy;

let site: ListSite;
let browser: StrategyBrowser;
beforeAll(async () => {
  site = await openListSite(6);
  browser = await StrategyBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await site.close();
});
beforeEach(() => {
  site.log.length = 0;
});

const goto = (path: string) => ({ do: "goto", url: `${site.origin}${path}` });
const run = (steps: readonly object[], ...kills: readonly Kill[]) =>
  runInterrupted(browser, site, recipe, { steps }, kills);
const atReport = (count: number): Kill => ({ kind: "report", count });

const ADD = { do: "click", selector: "form button", navigates: true };
const TITLE = { do: "extract", fields: { title: { selector: "h1" } } };
const GTIN = { do: "extract", fields: { gtin: { selector: ".gtin", required: true } } };
const WEIGHT = { do: "extract", fields: { weight: { selector: ".weight", required: true } } };
const ROWS = {
  do: "extract",
  fields: { rows: { selector: ".card", list: true, fields: { url: { selector: "a", type: "url" } } } },
};
const FOLLOW = { do: "follow", rows: "rows", link: "url", steps: [GTIN] };

describe("effects", () => {
  const order = () => [
    goto("/basket"),
    ADD,
    { do: "goto", url: "/done" },
    { do: "extract", fields: { basket: { selector: ".basket" } } },
  ];

  test("a click before a goto isn't done again, and the next container has its cookies", async () => {
    const { output, log } = await run(order(), atReport(1));
    expect(log).toEqual(["GET /basket", "POST /add", "GET /done"]);
    expect(output).toMatchObject({ values: { basket: "basket=1" }, url: `${site.origin}/done` });
  });

  test("twin: from the start it is done twice", async () => {
    const forgetful: Strategy = { ...recipe, run: (one) => recipe.run({ ...one, resume: undefined }) };
    const { log } = await runInterrupted(browser, site, forgetful, { steps: order() }, [atReport(1)]);
    expect(log.filter((line) => line === "POST /add")).toHaveLength(2);
  });

  test("a click in each link's page is done once for each, whatever the report", async () => {
    const steps = [goto("/list?page=1"), ROWS, { ...FOLLOW, steps: [GTIN, ADD, { do: "goto", url: "/done" }] }];
    const whole = await run(steps);
    for (const [index] of (whole.traces[0]?.checkpoints ?? []).entries()) {
      const again = await run(steps, atReport(index + 1));
      expect({ report: index + 1, log: again.log }).toEqual({ report: index + 1, log: whole.log });
      expect(again.output).toEqual(whole.output);
    }
  });
});

describe("the page beside which links were opened", () => {
  test("is opened again if a later step looks at it, and only then", async () => {
    const steps = [goto("/list?page=2"), ROWS, FOLLOW, TITLE];
    const { output, log } = await run(steps, atReport(2));
    expect(output).toMatchObject({ values: { title: "Page 2", rows: [{}, {}, { gtin: "4000000000006" }] } });
    expect(log).toEqual(["/list?page=2", "/p/s4", "/p/s5", "/p/s6", "/list?page=2"].map((path) => `GET ${path}`));
  });

  test("isn't if the next step leaves it, though its address is relative", async () => {
    const steps = [goto("/list?page=2"), ROWS, FOLLOW, { do: "goto", url: "?page=3" }, TITLE];
    const { output, log } = await run(steps, atReport(2));
    expect(output).toMatchObject({ values: { title: "Page 3" } });
    expect(log.filter((line) => line.includes("/list"))).toEqual(["GET /list?page=2", "GET /list?page=3"]);
  });

  test("stays blank over any number of containers, and is then opened where it was", async () => {
    const steps = [goto("/list?page=2"), ROWS, FOLLOW, TITLE];
    const { output, log } = await run(steps, atReport(2), atReport(1), atReport(1));
    expect(output).toMatchObject({ values: { title: "Page 2" } });
    expect(log.filter((line) => line.includes("/list"))).toEqual(["GET /list?page=2", "GET /list?page=2"]);
  });

  test("no progress is reported there once a step has acted in it and another one still needs it", async () => {
    const acted = [goto("/list?page=2"), { do: "scroll", to: "bottom" }, ROWS, FOLLOW];
    const reports = async (steps: readonly object[]) => (await run(steps)).traces[0]?.checkpoints.length;
    expect(await reports([...acted, TITLE])).toBe(0);
    expect(await reports(acted)).toBe(3);
  });

  test("a page in the middle is opened again at its own address", async () => {
    const inner = { do: "follow", selector: "a[href*='/p/']", as: "lamps", max: 2, steps: [GTIN] };
    const steps = [goto("/basket"), { ...goto("/list?page=1") }, ROWS];
    const outer = { ...FOLLOW, max: 1, steps: [{ do: "goto", url: "/list?page=4" }, inner, TITLE] };
    const whole = await run([...steps, outer]);
    const reports = whole.traces[0]?.checkpoints ?? [];
    const again = await run([...steps, outer], atReport(reports.length - 1));
    expect(again.output).toEqual(whole.output);
    expect(again.log).toEqual([...whole.log, "GET /list?page=4"]);
  });
});

test("a list that has grown isn't grown again for links whose rows were read", async () => {
  const grow = { do: "paginate", by: "load-more", selector: "button.load-more", items: ".card" };
  const grown = [goto("/growing"), { ...grow, steps: [ROWS, FOLLOW] }];
  const { output, log } = await run(grown, atReport(5));
  expect((output as { values: { rows: unknown[] } }).values.rows).toHaveLength(18);
  expect(log.filter((line) => line === "GET /growing")).toHaveLength(1);
  expect(log.filter((line) => line.startsWith("GET /p/"))).toHaveLength(18);
});

test("within a section no progress is reported; what stands behind it goes on", async () => {
  const section = { do: "exclusively", steps: [{ do: "goto", url: "/list?page=1" }, ROWS, FOLLOW] };
  const steps = [goto("/basket"), section, { do: "goto", url: "/done" }];
  const whole = await run(steps);
  expect(whole.traces[0]?.checkpoints.map(({ stage }) => stage)).toEqual(["steps.2 (goto)"]);
  expect((await run(steps, atReport(1))).log).toEqual(whole.log);
});

test("pictures and problems of an earlier container are in the output", async () => {
  const limited = { ...FOLLOW, max: 2, steps: [GTIN, { do: "screenshot", name: "lamp.jpg", type: "jpeg" }] };
  const steps = [goto("/list?page=1"), ROWS, limited, { do: "goto", url: "/specs/s1" }, WEIGHT];
  const { output } = await run(steps, atReport(4));
  expect(output).toMatchObject({
    artifacts: [{ name: "lamp.jpg" }, { name: "lamp.jpg" }],
    problems: [{ problem: "3 addresses, the first 2 were opened" }],
    values: { weight: "s100 g" },
  });
});

test("reports cost no round trip", async () => {
  const steps = [goto("/list?page=1"), { do: "paginate", by: "next", selector: "a[rel=next]", steps: [ROWS] }];
  const sent = async (strategy: Strategy) => {
    const before = browser.sent("Runtime.callFunctionOn");
    await runInterrupted(browser, site, strategy, { steps }, []);
    return browser.sent("Runtime.callFunctionOn") - before;
  };
  const silent: Strategy = { ...recipe, run: (one) => recipe.run({ ...one, checkpoint: async () => {} }) };
  expect([await sent(recipe), await sent(silent)]).toEqual([6, 6]);
});
