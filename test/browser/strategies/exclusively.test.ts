import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { StrategyRun } from "../../../functions/strategies/contract/define-strategy.ts";
import recipe from "../../../functions/strategies/recipe.ts";
import { StrategyBrowser, type RunOptions } from "./run-strategy.ts";

type Exclusively = StrategyRun<unknown>["exclusively"];

/** A site that keeps one search for the whole login: whoever looks sees what was searched last. */
interface SearchSite {
  readonly origin: string;
  readonly log: string[];
  /** Results are kept back until this. */
  hold: Promise<void>;
  /** Called at each search. */
  onSearch: () => void;
  close(): Promise<void>;
}

async function openSearchSite(): Promise<SearchSite> {
  let found = "nothing";
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    const send = (body: string) => {
      response.writeHead(200, { "content-type": "text/html", "cache-control": "no-store" });
      response.end(`<!doctype html><title>${pathname}</title>${body}`);
    };
    const sku = searchParams.get("sku") ?? "";
    if (pathname === "/search") {
      site.log.push(`search ${sku}`);
      found = sku;
      site.onSearch();
      return send("<p>searching</p>");
    }
    if (pathname === "/found") {
      const show = () => {
        site.log.push(`found ${found}`);
        return send(`<p class="sku">${found}</p><a href="/item?sku=${found}">item</a>`);
      };
      return void site.hold.then(show);
    }
    return send(`<p class="item">${sku}</p>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const site: SearchSite = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: [],
    hold: Promise.resolve(),
    onSearch: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return site;
}

/** One section after the other, in the order in which they asked. */
function mutex(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return (section) => {
    const run = last.then(section);
    last = run.catch(() => undefined);
    return run;
  };
}

let site: SearchSite;
let browser: StrategyBrowser;
beforeAll(async () => {
  browser = await StrategyBrowser.launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  site = await openSearchSite();
});
afterEach(() => site.close());

const goto = (path: string) => ({ do: "goto", url: `${site.origin}${path}` });
const extract = { do: "extract", fields: { sku: { selector: ".sku" } } };
const lookUp = (sku: string, options: RunOptions, ...more: object[]) =>
  browser.run(
    recipe,
    {
      steps: [goto("/"), { do: "exclusively", steps: [goto(`/search?sku=${sku}`), goto("/found"), extract, ...more] }],
    },
    options,
  );
const skuOf = ({ values }: { values: Record<string, unknown> }) => values["sku"];

/** Counts calls, and settles at the `count`th. */
function after(count: number): { readonly call: () => void; readonly reached: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const call = () => {
    calls += 1;
    if (calls === count) resolve();
  };
  return { call, reached: promise };
}

describe("two pages of one login", () => {
  test("each reads what it searched for, though both want to at once", async () => {
    const section = mutex();
    const asked = after(2);
    // No result before both have asked for the section: they do overlap.
    site.hold = asked.reached;
    const exclusively: Exclusively = (run) => {
      asked.call();
      return section(run);
    };
    const [one, two] = await Promise.all([lookUp("1", { exclusively }), lookUp("2", { exclusively })]);
    expect([skuOf(one), skuOf(two)]).toEqual(["1", "2"]);
    const [first] = site.log[0] === "search 1" ? ["1"] : ["2"];
    const second = first === "1" ? "2" : "1";
    expect(site.log).toEqual([`search ${first}`, `found ${first}`, `search ${second}`, `found ${second}`]);
  });

  test("twin: without the section both read what was searched last", async () => {
    const searched = after(2);
    site.hold = searched.reached;
    site.onSearch = searched.call;
    const [one, two] = await Promise.all([lookUp("1", {}), lookUp("2", {})]);
    expect(skuOf(one)).toBe(skuOf(two));
    expect(site.log.slice(0, 2).toSorted()).toEqual(["search 1", "search 2"]);
  });

  test("a failure leaves the section to the next", async () => {
    const exclusively = mutex();
    const failing = lookUp("1", { exclusively }, { do: "assert", selector: ".cake" });
    await expect(failing).rejects.toMatchObject({ name: "AssertionFailed", at: "steps.1.steps.3 (assert)" });
    expect(skuOf(await lookUp("2", { exclusively }))).toBe("2");
  });
});

describe("what a section reads", () => {
  let page: Page;
  const prepare: RunOptions["prepare"] = async (_, open) => void (page = open);
  const show = (text: string) => page.evaluate((sku) => (document.body.innerHTML = `<p class="sku">${sku}</p>`), text);
  /** What another page would do as soon as it may, and what it did before. */
  const exclusively: Exclusively = async (section) => {
    await show("before");
    const value = await section();
    await show("behind");
    return value;
  };
  const wanted = (name: string) => ({ do: "extract", fields: { [name]: { selector: ".sku" } } });

  test("is read before it is left, and what was wanted before it is read before it begins", async () => {
    const output = await browser.run(
      recipe,
      {
        steps: [
          goto("/found"),
          wanted("ahead"),
          { do: "exclusively", steps: [wanted("first"), goto("/search?sku=7"), goto("/found"), wanted("within")] },
          wanted("behind"),
        ],
      },
      { exclusively, prepare },
    );
    expect(output.values).toEqual({ ahead: "nothing", first: "before", within: "7", behind: "behind" });
  });

  test("joins lists and followed links", async () => {
    const follow = {
      do: "follow",
      selector: "a",
      as: "items",
      steps: [{ do: "extract", fields: { item: { selector: ".item" } } }],
    };
    const paginate = { do: "paginate", by: "next", selector: "a.next", steps: [wanted("listed")] };
    const output = await lookUp("9", { exclusively: mutex() }, follow, paginate);
    expect(output.values).toMatchObject({ sku: "9", items: [{ item: "9" }], listed: "9" });
  });

  test("stands in a list, a section for each page", async () => {
    let sections = 0;
    const counted: Exclusively = (section) => {
      sections += 1;
      return section();
    };
    const steps = [
      goto("/item?sku=1"),
      {
        do: "paginate",
        by: "url",
        url: `${site.origin}/item?sku={page}`,
        maxPages: 3,
        as: "pages",
        steps: [{ do: "exclusively", steps: [{ do: "extract", fields: { item: { selector: ".item" } } }] }],
      },
    ];
    const output = await browser.run(recipe, { steps }, { exclusively: counted });
    expect(output.values["pages"]).toEqual([{ item: "1" }, { item: "2" }, { item: "3" }]);
    expect(sections).toBe(3);
  });
});
