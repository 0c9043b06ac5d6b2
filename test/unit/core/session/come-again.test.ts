import { expect, test } from "vitest";

import { comeAgainSeconds } from "../../../../functions/core/session/session-rules.ts";

test("a job without a session comes back at once at first, and later each time, so that SQS keeps it for hours", () => {
  expect(comeAgainSeconds(2, 1)).toBe(2);
  expect(comeAgainSeconds(0, 1)).toBe(1);
  expect(comeAgainSeconds(600, 50)).toBe(600);
  const waits = Array.from({ length: 100 }, (_, index) => comeAgainSeconds(2, index + 1));
  expect(waits).toEqual(waits.toSorted((one, other) => one - other));
  expect(waits.at(-1)).toBe(300);
  expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThan(6 * 3_600);
});
