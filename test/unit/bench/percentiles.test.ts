import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { percentile, spreadOf } from "../../../bench/figures/percentiles.ts";

const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe("percentile", () => {
  it.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
    [0.001, 1],
  ])("of 1 to 100 at %d is %d, whatever their order", (ratio, value) => {
    expect(percentile(oneToHundred, ratio)).toBe(value);
  });

  it("compares numbers as numbers", () => {
    expect(percentile([9, 10, 100], 0.5)).toBe(10);
  });

  it("takes the upper neighbour and never a value between two samples", () => {
    expect(percentile([1, 2], 0.5)).toBe(1);
    expect(percentile([1, 2], 0.51)).toBe(2);
  });

  it("gives nothing for no samples", () => {
    expect(percentile([], 0.95)).toBeUndefined();
    expect(spreadOf([])).toBeUndefined();
  });

  it.each([0, -1, 1.01, Number.NaN])("refuses the ratio %d", (ratio) => {
    expect(() => percentile([1], ratio)).toThrow(RangeError);
  });

  it("is the smallest sample that enough samples don't exceed", () => {
    const samples = fc.array(fc.integer(), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const ratio = percent / 100;
        const share = (limit: number) => values.filter((value) => value <= limit).length / values.length;
        const enough = values.filter((value) => share(value) >= ratio);
        expect(percentile(values, ratio)).toBe(Math.min(...enough));
      }),
    );
  });
});
