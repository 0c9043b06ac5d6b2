import { describe, expect, test } from "vitest";

import recipe from "../../../functions/strategies/recipe.ts";

const problemsOf = (input: unknown): string => {
  const parsed = recipe.input.safeParse(input);
  return parsed.success
    ? ""
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n");
};
const goto = { do: "goto", url: "https://shop.example/" };
const extract = { do: "extract", fields: { a: { selector: "h1" } } };
const nested = (levels: number): object =>
  levels === 1 ? extract : { do: "paginate", by: "next", selector: "a", steps: [nested(levels - 1)] };

describe("a recipe is refused by field and rule", () => {
  test.each([
    [
      "a relative first address",
      [{ do: "goto", url: "/c" }],
      /steps\.0: the first step must be goto with a full http/u,
    ],
    ["another first step", [extract], /steps\.0: the first step must be goto/u],
    ["an unknown step", [goto, { do: "hover", selector: "a" }], /steps\.1\.do/u],
    ["an unknown field", [goto, { ...extract, field: 1 }], /steps\.1: Unrecognized key: "field"/u],
    ["a wait for nothing", [goto, { do: "wait" }], /steps\.1\.selector: exactly one of selector, url, load, idleMs/u],
    ["a wait for two things", [goto, { do: "wait", selector: "a", load: "load" }], /steps\.1\.load: exactly one/u],
    ["an assertion of nothing", [goto, { do: "assert" }], /steps\.1\.selector: must be given, or text/u],
    [
      "numbers without {page}",
      [goto, { do: "paginate", by: "url", url: "/x", steps: [extract] }],
      /steps\.1\.url: must contain \{page\}/u,
    ],
    [
      "a next link without a selector",
      [goto, { do: "paginate", by: "next", steps: [extract] }],
      /steps\.1\.selector: must be given by next/u,
    ],
    [
      "rows without a link",
      [goto, { do: "follow", rows: "r", steps: [extract] }],
      /steps\.1\.link: must be given with rows/u,
    ],
    [
      "a quality of a png",
      [goto, { do: "screenshot", quality: 50 }],
      /steps\.1\.quality: only counts for the type jpeg/u,
    ],
    ["a height without a width", [goto, { do: "pdf", height: "10cm" }], /steps\.1\.width: must be given/u],
    ["a file name with a path", [goto, { do: "pdf", name: "../x.pdf" }], /steps\.1\.name/u],
    [
      "a section within a section",
      [goto, { do: "exclusively", steps: [{ do: "exclusively", steps: [extract] }] }],
      /steps\.1\.steps\.0\.steps: exclusively can't stand within exclusively/u,
    ],
    [
      "a section within a section, by way of a page",
      [
        goto,
        {
          do: "exclusively",
          steps: [{ do: "follow", selector: "a", as: "a", steps: [{ do: "exclusively", steps: [extract] }] }],
        },
      ],
      /steps\.1\.steps\.0\.steps\.0\.steps: exclusively can't stand within exclusively/u,
    ],
    ["an empty section", [goto, { do: "exclusively", steps: [] }], /steps\.1\.steps: Too small/u],
    [
      "a credential, which only a login has",
      [goto, { do: "fill", selector: "a", credential: "password" }],
      /steps\.1\.value: Invalid input.*\n.*Unrecognized key: "credential"/u,
    ],
    ["101 steps", [goto, ...Array.from({ length: 100 }, () => extract)], /steps: Too big/u],
    ["no step", [], /steps: Too small/u],
  ])("%s", (_, steps, message) => expect(problemsOf({ steps })).toMatch(message));

  test("six levels of steps, and thousands of them", () => {
    expect(problemsOf({ steps: [goto, nested(5)] })).toBe("");
    expect(problemsOf({ steps: [goto, nested(6)] })).toMatch(/nested deeper than 5 levels/u);
    expect(problemsOf({ steps: [goto, nested(3_000)] })).toMatch(/nested deeper than 5 levels/u);
  });
});

test("sections hold lists and followed links, and stand in them", () => {
  const section = (...steps: object[]) => ({ do: "exclusively", steps });
  const follow = (...steps: object[]) => ({ do: "follow", selector: "a", as: "a", steps });
  expect(problemsOf({ steps: [goto, section(nested(2), follow(extract)), follow(section(extract))] })).toBe("");
  expect(problemsOf({ steps: [goto, section(nested(4))] })).toBe("");
  expect(problemsOf({ steps: [goto, section(nested(5))] })).toMatch(/nested deeper than 5 levels/u);
});
