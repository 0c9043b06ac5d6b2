import { describe, expect, test } from "vitest";

import { fits } from "../../../functions/strategies/recipe/progress/fits.ts";
import { needsPage } from "../../../functions/strategies/recipe/progress/needs-page.ts";
import { stepsPlace, type StepsPlace, type Within } from "../../../functions/strategies/recipe/progress/place.ts";
import { joinValues } from "../../../functions/strategies/recipe/recipe-job.ts";
import { stepsSchema } from "../../../functions/strategies/recipe/steps.ts";

const GOTO = { do: "goto", url: "https://shop.example/" };
const READ = { do: "extract", fields: { x: { selector: "h1" } } };
const FOLLOW = { do: "follow", rows: "rows", link: "url", steps: [READ, GOTO] };
const LINKS = { ...FOLLOW, rows: undefined, link: undefined, selector: "a", as: "x" };
const NEXT = { do: "paginate", by: "next", selector: "a", steps: [READ, FOLLOW] };
const GROW = { do: "paginate", by: "scroll", steps: [READ, FOLLOW] };
const SECTION = { do: "exclusively", steps: [READ] };

const steps = (...list: readonly object[]) => stepsSchema.parse(JSON.parse(JSON.stringify(list)));
const at = (step: number, within: Within | null = null): StepsPlace => ({ step, values: {}, within });
const links = (link: StepsPlace | null): Within => ({
  kind: "links",
  addresses: [null, "https://shop.example/a"],
  done: [],
  link: link === null ? null : { url: "https://shop.example/a", place: link },
});
const page = (inner: StepsPlace): Within => ({
  kind: "page",
  number: 2,
  seen: [],
  next: null,
  isBeyondEnd: false,
  page: inner,
});
const nextPage: Within = { kind: "next-page", number: 3, url: "https://shop.example/3", seen: [] };

describe("a place fits its steps", () => {
  const recipe = steps(GOTO, NEXT, GROW, FOLLOW, SECTION);
  test.each<readonly [string, StepsPlace]>([
    ["before a step", at(4)],
    ["between two pages", at(1, nextPage)],
    ["within a page, within a link", at(1, page(at(1, links(at(1)))))],
    ["within a grown list, before a link", at(2, { kind: "grown", page: at(1, links(null)) })],
  ])("%s; and it survives JSON", (_, place) => {
    expect(fits(recipe, place)).toBe(true);
    expect(stepsPlace.parse(JSON.parse(JSON.stringify(place)))).toEqual(place);
  });

  test.each<readonly [string, StepsPlace]>([
    ["a step that isn't there", at(5)],
    ["pages of a step that has none", at(0, nextPage)],
    ["pages of a list that grows", at(2, nextPage)],
    ["a grown list of a step with pages", at(1, { kind: "grown", page: at(0) })],
    ["links of pages", at(1, links(null))],
    ["a step that isn't there within a link", at(3, links(at(2)))],
    ["within a section", at(4, page(at(0)))],
  ])("not %s", (_, place) => {
    expect(fits(recipe, place)).toBe(false);
  });
});

describe("whether steps need the page that is open", () => {
  test.each<readonly [string, readonly object[], boolean, boolean]>([
    ["no step, and nothing after", [], false, false],
    ["no step, and something after", [], true, true],
    ["a goto", [GOTO, READ], true, false],
    ["a read", [READ, GOTO], false, true],
    ["rows that are followed, then a goto", [FOLLOW, GOTO], true, false],
    ["rows that are followed, then a read", [FOLLOW, READ], false, true],
    ["links that are followed", [LINKS, GOTO], false, true],
    ["a list", [NEXT], false, true],
    ["a section that reads", [SECTION, GOTO], false, true],
    ["a section that leaves", [{ ...SECTION, steps: [GOTO, READ] }], true, false],
  ])("%s", (_, list, after, expected) => {
    expect(needsPage(list.length === 0 ? [] : steps(...list), after)).toBe(expected);
  });
});

test("joined values are new ones: neither a report nor a field's default changes by it", () => {
  const first = ["a"];
  const values = { list: first };
  joinValues(values, { list: ["b"] }, "steps.0");
  expect([values.list, first]).toEqual([["a", "b"], ["a"]]);
});
