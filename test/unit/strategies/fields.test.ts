import { describe, expect, test } from "vitest";

import { FieldConversion } from "../../../functions/strategies/reading/convert-fields.ts";
import { fieldsSchema } from "../../../functions/strategies/reading/field.ts";
import { patternProblem, Patterns } from "../../../functions/strategies/reading/pattern.ts";
import type { Raw } from "../../../functions/strategies/reading/read-in-page.ts";

const convert = (fields: object, raws: readonly Raw[]) => {
  const conversion = new FieldConversion("steps.0 (extract)");
  return { values: conversion.convert(fieldsSchema.parse(fields), raws), problems: conversion.problems };
};
const problemsOf = (fields: unknown) => {
  const parsed = fieldsSchema.safeParse(fields);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
};

describe("patterns", () => {
  test.each(["(?=a)b", "(a)\\1", "(?<!x)y", "a{2000}", "(", "((a{0,40}){0,40})"])("%s is refused", (source) => {
    expect(patternProblem(source)).toEqual(expect.any(String));
  });

  test("what makes a backtracking engine hang is over at once, and answered right", () => {
    const patterns = new Patterns();
    expect(patterns.match("(a+)+$", false, `${"a".repeat(5_000)}!`, "x")).toBeUndefined();
    expect(patterns.match("(a|aa)+$", false, `${"a".repeat(5_000)}!`, "x")).toBeUndefined();
    expect(patterns.match("(\\d+) of (\\d+)", false, "24 of 104", "x")?.group(2)).toBe("104");
  });

  test("a read's patterns are bounded all together", () => {
    const patterns = new Patterns();
    const text = "x".repeat(20_000);
    const exhaust = () => {
      for (let row = 0; row < 5_000; row += 1) patterns.match("[a-z]{1,100}z", false, text, "steps.1 (extract)");
    };
    expect(exhaust).toThrow(expect.objectContaining({ name: "PatternTooCostly", at: "steps.1 (extract)" }));
  });
});

describe("conversion", () => {
  test("gives each text its type", () => {
    const { values, problems } = convert(
      {
        text: {},
        number: { type: "number" },
        integer: { type: "integer", regex: "\\((\\d+)\\)" },
        named: { regex: "(?P<key>\\w+)=(?P<value>\\w+)", group: "value" },
        price: { type: "price", currency: "CHF" },
        there: { type: "boolean" },
        absent: { type: "boolean" },
        off: { type: "boolean", attribute: "aria-pressed" },
        json: { type: "json" },
        date: { type: "date", regex: "(?P<day>\\d+)\\.(?P<month>\\d+)\\.(?P<year>\\d+)", group: 0 },
        list: { selector: "li", list: true, type: "integer" },
        rows: { selector: "tr", list: true, fields: { a: {}, b: { type: "number", default: 0 } } },
      },
      [
        "a b",
        "1,5",
        "x (12)",
        "k=v",
        "9.90",
        "",
        null,
        "false",
        '{"a":[1]}',
        "3.4.2026",
        ["1", "2"],
        [
          ["x", "2"],
          ["y", null],
        ],
      ],
    );
    expect(values).toEqual({
      text: "a b",
      number: 1.5,
      integer: 12,
      named: "v",
      price: { minorUnits: 990, currency: "CHF" },
      there: true,
      absent: false,
      off: false,
      json: { a: [1] },
      date: "2026-04-03",
      list: [1, 2],
      rows: [
        { a: "x", b: 2 },
        { a: "y", b: 0 },
      ],
    });
    expect(problems).toEqual([]);
  });

  test("what can't be read is null and told, unless it has a default or is required", () => {
    const { values, problems } = convert(
      { rows: { selector: "tr", list: true, fields: { n: { type: "integer" }, d: { type: "integer", default: -1 } } } },
      [[["1.5", "x"]]],
    );
    expect(values).toEqual({ rows: [{ n: null, d: -1 }] });
    expect(problems).toEqual([
      { at: "steps.0 (extract)", field: "rows[0].n", problem: '"1.5" can\'t be read as integer' },
    ]);
    expect(() => convert({ n: { type: "integer", required: true } }, ["x"])).toThrow(
      '"n" (the element itself): "x" can\'t be read as integer',
    );
  });

  test("a missing required field says what is there instead; a list too long isn't cut in silence", () => {
    const missing = () => convert({ sku: { selector: ".sku", required: true } }, [{ found: '<li> with the text "x"' }]);
    expect(missing).toThrow('"sku" is required, and the selector ".sku" gives nothing; found <li> with the text "x"');
    const long = () => convert({ rows: { selector: "li", list: true } }, [{ tooMany: 6_001 }]);
    expect(long).toThrow(/6001 elements match the selector "li", a list takes at most 5000/u);
  });
});

describe("the schema", () => {
  test.each([
    ["unknown fields", { a: { selektor: ".x" } }, /Unrecognized key/u],
    ["a list of the row itself", { a: { list: true } }, /a\.selector: must be given for a list/u],
    ["a limit without a list", { a: { selector: "x", limit: 3 } }, /a\.limit: only counts for a list/u],
    ["a limit over 5,000", { a: { selector: "x", list: true, limit: 5_001 } }, /a\.limit/u],
    ["a group without a regex", { a: { group: 1 } }, /a\.group: needs a regex/u],
    ["a group that the regex doesn't have", { a: { regex: "(x)", group: 2 } }, /a\.group: the regex has no group 2/u],
    ["a bad regex beside a group", { a: { regex: "(x", group: 1 } }, /a\.regex: must be an RE2 pattern/u],
    ["a default beside required", { a: { required: true, default: 1 } }, /a\.default/u],
    [
      "an attribute beside fields",
      { a: { attribute: "x", fields: { b: {} } } },
      /a\.attribute: can't stand beside fields/u,
    ],
    ["a name like __proto__", { __proto__x: {} }, /must be a name of letters|Invalid key/u],
    ["no field", {}, /at least one field/u],
    ["selectors over 500 characters", { a: { selector: "x".repeat(501) } }, /a\.selector/u],
  ])("refuses %s", (_, fields, message) => expect(problemsOf(fields).join("\n")).toMatch(message));

  const nested = (levels: number): object => (levels === 1 ? { a: {} } : { a: { fields: nested(levels - 1) } });
  test("nests five levels and no more, however deep the message is", () => {
    expect(problemsOf(nested(5))).toEqual([]);
    expect(problemsOf(nested(6)).join()).toMatch(/nested deeper than 5 levels/u);
    expect(problemsOf(nested(5_000)).join()).toMatch(/nested deeper than 5 levels/u);
  });
});
