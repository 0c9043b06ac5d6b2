import fc from "fast-check";
import { expect, test } from "vitest";

import { jsonFault } from "../../../../functions/core/session/definition/json-position.ts";

const faults: readonly (readonly [string, string, number, number, RegExp])[] = [
  ["nothing", "", 1, 1, /ends too early/u],
  ["space only", " \n ", 2, 2, /ends too early/u],
  ["cut in an object", '{\n  "cookies": [', 2, 15, /ends too early/u],
  ["cut in a string", '{\n "a": "hunter2', 2, 15, /ends too early/u],
  ["cut in an escape", '["hunter2\\u00', 1, 14, /ends too early/u],
  ["cut in a word", "[tru", 1, 5, /ends too early/u],
  ["a comma too many", "[1,\n2,\n]", 3, 1, /a value must stand/u],
  ["a comma too many in an object", '{"a":1,}', 1, 8, /field's name/u],
  ["a comma missing", '{"a":1\r\n"b":2}', 2, 1, /comma or \}/u],
  ["a comma missing in a list", "[1 2]", 1, 4, /comma or \]/u],
  ["a colon missing", '{"a" 1}', 1, 6, /colon/u],
  ["single quotes", "{'a':1}", 1, 2, /double quotes/u],
  ["a bare word", '{"a":hunter2}', 1, 6, /a value/u],
  ["a line break in a string", '["hunter2\n"]', 1, 10, /escaped/u],
  ["an unknown escape", '["\\x"]', 1, 3, /escaped/u],
  ["a cut word where a colon is missing", '{"a" tru', 1, 6, /colon/u],
  ["a cut string after the end", '{}"', 1, 3, /nothing more/u],
  ["two values", "{}\n{}", 2, 1, /nothing more/u],
  ["the wrong bracket", '{"a":[1}', 1, 8, /comma or \]/u],
  ["a number with a leading zero", "[01]", 1, 3, /comma or \]/u],
  ["a byte order mark", "\uFEFF{}", 1, 1, /a value/u],
];

test.for(faults)("%s: %j is at line %i, column %i", ([, text, line, column, rule]) => {
  const fault = jsonFault(text);
  expect(fault).toMatchObject({ line, column });
  expect(fault?.rule).toMatch(rule);
  expect(fault?.rule).not.toContain("hunter2");
});

test("finds a fault exactly where JSON.parse does", () => {
  const cuts = fc.tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(200),
    fc.nat(3),
    fc.constantFrom("", ",", '"', "}", "]", "\\", "1", "e", "\n"),
  );
  const texts = cuts.map(([json, place, length, put]) => {
    const at = place % (json.length + 1);
    return json.slice(0, at) + put + json.slice(at + length);
  });
  fc.assert(
    fc.property(fc.oneof(texts, fc.json(), fc.string({ maxLength: 8 })), (text) => {
      expect(jsonFault(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 5_000 },
  );
});

test("a cut file ends too early, wherever it is cut", () => {
  const text = JSON.stringify(
    { cookies: [{ name: "ü\n\u0001", value: "-1.5e3", n: -15e-7 }], origins: [true, null, []] },
    null,
    1,
  );
  for (let length = 0; length < text.length; length += 1) {
    const cut = text.slice(0, length);
    expect(jsonFault(cut)?.line).toBe(cut.split("\n").length);
  }
});

test("neither megabytes nor deep nesting end the stack", () => {
  expect(jsonFault(`["${"x".repeat(4_000_000)}`)?.column).toBe(4_000_003);
  expect(jsonFault("[".repeat(200_000))?.column).toBe(200_001);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
