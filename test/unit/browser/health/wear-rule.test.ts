import { expect, test } from "vitest";

import { isWorn } from "../../../../functions/browser/health/wear-rule.ts";

const LIMITS = { wearFactor: 4, wearMinMs: 20 };

test.each([
  { name: "slow three times in a row", used: [7, 41, 42, 43], fresh: [10, 10, 10], worn: true },
  { name: "one busy moment among them", used: [41, 9, 43], fresh: [10, 10, 10], worn: false },
  { name: "too few to say", used: [90, 90], fresh: [10], worn: false },
  { name: "nothing to compare with", used: [90, 90, 90], fresh: [], worn: false },
  { name: "many times slower, and still quick", used: [15, 15, 15], fresh: [2, 2, 2], worn: false },
  {
    name: "slower by more than the least, and not by the factor",
    used: [95, 95, 95],
    fresh: [60, 60, 60],
    worn: false,
  },
  { name: "a slow one among the fresh doesn't hide it", used: [50, 50, 50], fresh: [10, 500, 10], worn: true },
])("$name: $worn", ({ used, fresh, worn }) => {
  expect(isWorn(used, fresh, LIMITS)).toBe(worn);
});
