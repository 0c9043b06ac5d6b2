import fc from "fast-check";
import { expect, test } from "vitest";

import { differences } from "../../../cli/run/expectation.ts";

test("of an object only the expected keys are compared", () => {
  expect(differences({ a: 1, b: { c: 2 } }, { a: 1, b: { c: 2, more: 3 }, more: 4 })).toEqual([]);
});

test("each difference names its place, what was expected and what was found", () => {
  const expected = { name: "tent", price: 100, tags: ["a", "b"], maker: { town: "Bonn" } };
  const found = { name: "tent", price: 90, tags: ["a", "c"], maker: {} };
  expect(differences(expected, found)).toEqual([
    { at: "price", expected: 100, found: 90 },
    { at: "tags.1", expected: "b", found: "c" },
    { at: "maker.town", expected: "Bonn" },
  ]);
});

test("of an array the length and the order count", () => {
  expect(differences([1, 2], [1, 2, 3])).toEqual([{ at: "length", expected: 2, found: 3 }]);
  expect(differences({ list: [1, 2] }, { list: [2, 1] }).map(({ at }) => at)).toEqual(["list.0", "list.1"]);
  expect(differences([], [])).toEqual([]);
  expect(differences([], [1])).toHaveLength(1);
});

test.each([
  [null, {}],
  [{}, null],
  [{}, []],
  [[], {}],
  ["1", 1],
  [0, false],
  [{ a: null }, {}],
  [{ 0: "a" }, ["a"]],
])("%o isn't %o", (expected, found) => {
  expect(differences(expected, found)).not.toEqual([]);
});

test("every JSON value meets itself, and nothing else that differs in one leaf", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => differences(value, structuredClone(value)).length === 0));
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, key) => {
      const expected = { [`${key}x`]: value, mark: 1 };
      return differences(expected, { ...structuredClone(expected), mark: 2 }).length === 1;
    }),
  );
});
