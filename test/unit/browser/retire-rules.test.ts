import { expect, test } from "vitest";

import { OpeningTimes } from "../../../functions/browser/opening-times.ts";
import { retireReason, SLOWDOWN_SAMPLE } from "../../../functions/browser/retire-rules.ts";

const limits = { retireAfterUses: 100, retireAfterAgeMs: 60_000, slowdownFactor: 4 };
const sample = (ms: number, count = SLOWDOWN_SAMPLE) => Array.from({ length: count }, () => ms);

test.each([
  ["young and quick", { uses: 99, ageMs: 59_999, openMs: sample(50) }, undefined],
  ["used up", { uses: 100, ageMs: 0, openMs: [] }, "uses"],
  ["old", { uses: 0, ageMs: 60_000, openMs: [] }, "age"],
  ["slower, but not by the factor", { uses: 40, ageMs: 0, openMs: [...sample(50), ...sample(200)] }, undefined],
  ["slower by more than the factor", { uses: 40, ageMs: 0, openMs: [...sample(50), ...sample(201)] }, "slowdown"],
  ["slow from the start", { uses: 40, ageMs: 0, openMs: [...sample(500), ...sample(500)] }, undefined],
  ["too young to judge", { uses: 39, ageMs: 0, openMs: [...sample(50), ...sample(900, 19)] }, undefined],
  [
    "slow for a moment",
    { uses: 40, ageMs: 0, openMs: [...sample(50), ...sample(50, 11), ...sample(9_000, 9)] },
    undefined,
  ],
] as const)("%s", (_name, wear, expected) => {
  expect(retireReason(wear, limits)).toBe(expected);
});

test("of a long life the first openings and the latest are kept", () => {
  const times = new OpeningTimes();
  for (let ms = 1; ms <= 1_000; ms += 1) times.add(ms);
  const kept = times.inOrder();
  expect(kept).toHaveLength(2 * SLOWDOWN_SAMPLE);
  expect([kept[0], kept[SLOWDOWN_SAMPLE - 1], kept[SLOWDOWN_SAMPLE], kept.at(-1)]).toEqual([1, 20, 981, 1_000]);
});
