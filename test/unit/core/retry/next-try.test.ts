import fc from "fast-check";
import { expect, test } from "vitest";

import { nextTry } from "../../../../functions/core/retry/next-try.ts";

const FAR_MS = 1_000_000;

test("the bound of the pause doubles with every failure, up to five seconds", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 2_000].map((failures) => nextTry(failures, 0, FAR_MS, 1));
  expect(longest).toEqual(
    [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000].map((afterMs) => ({ kind: "again", afterMs })),
  );
});

test("the pause is drawn between nothing and the bound", () => {
  expect(nextTry(3, 0, FAR_MS, 0)).toEqual({ kind: "again", afterMs: 0 });
  expect(nextTry(3, 0, FAR_MS, 0.5)).toEqual({ kind: "again", afterMs: 500 });
});

test("the last tries come before the deadline, and none from it on", () => {
  expect(nextTry(9, 600, 1_000, 1)).toEqual({ kind: "again", afterMs: 200 });
  expect(nextTry(9, 800, 1_000, 1)).toEqual({ kind: "too-late" });
  expect(nextTry(1, 1_000, 1_000, 0)).toEqual({ kind: "too-late" });
  expect(nextTry(1, 1_001, 1_000, 0)).toEqual({ kind: "too-late" });
});

test("however it is drawn, a try never comes at or after the deadline, and tries come to an end", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120_000 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 1, maxLength: 50 }),
      (untilMs, draws) => {
        let nowMs = 0;
        for (const [index, draw] of draws.entries()) {
          const next = nextTry(index + 1, nowMs, untilMs, draw);
          if (next.kind === "too-late") return untilMs - nowMs < 250;
          nowMs += next.afterMs;
          if (nowMs >= untilMs) return false;
        }
        return true;
      },
    ),
  );
});
