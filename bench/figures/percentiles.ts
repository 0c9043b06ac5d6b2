/** Exact, by nearest rank: the smallest sample that at least `ratio` of all samples don't exceed. Undefined without samples. */
export function percentile(samples: readonly number[], ratio: number): number | undefined {
  if (!(ratio > 0 && ratio <= 1)) throw new RangeError(`a percentile's ratio lies over 0 and up to 1, not at ${ratio}`);
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.ceil(ratio * sorted.length) - 1];
}

export interface Spread {
  readonly samples: number;
  readonly p50: number;
  readonly p95: number;
}

/** Undefined without samples: nothing is made up. */
export function spreadOf(samples: readonly number[]): Spread | undefined {
  const p50 = percentile(samples, 0.5);
  const p95 = percentile(samples, 0.95);
  return p50 === undefined || p95 === undefined ? undefined : { samples: samples.length, p50, p95 };
}
