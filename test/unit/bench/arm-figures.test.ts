import { describe, expect, it } from "vitest";

import { armFigures, type ArmRound } from "../../../bench/figures/arm-figures.ts";

const round = (changes: Partial<ArmRound> = {}): ArmRound => ({
  jobs: 10,
  wallSeconds: 20,
  cpuSeconds: 4,
  peakMiB: 500,
  unreclaimablePeakMiB: 300,
  allocations: [],
  runMs: [],
  ...changes,
});

describe("armFigures", () => {
  it("bills wall time at the cell's memory, in GB of 1,024 MiB", () => {
    const figures = armFigures(2_048, [round()]);
    expect(figures.gbSecondsPerJob).toBe(4);
    expect(figures.cpuSecondsPerJob).toBeCloseTo(0.4);
    expect(figures.wallSecondsPerJob).toBe(2);
    expect(figures.jobsPerSecond).toBe(0.5);
  });

  it("is 1 to the floor when the CPU that the memory buys was full", () => {
    const cpuSeconds = 20 * (2_048 / 1_769);
    expect(armFigures(2_048, [round({ cpuSeconds })]).ratioToFloor).toBeCloseTo(1);
    expect(armFigures(2_048, [round({ cpuSeconds: cpuSeconds / 2 })]).ratioToFloor).toBeCloseTo(2);
  });

  it("sums over rounds, and keeps each one's GB-s per job", () => {
    const figures = armFigures(1_024, [round({ wallSeconds: 10 }), round({ jobs: 30, wallSeconds: 10 })]);
    expect(figures.jobs).toBe(40);
    expect(figures.gbSecondsPerJob).toBe(0.5);
    expect(figures.gbSecondsPerJobByRound).toEqual([1, 10 / 30]);
  });

  it("takes the highest peak, and none where the kernel gave none", () => {
    const figures = armFigures(2_048, [
      round({ peakMiB: 700 }),
      round({ peakMiB: undefined, unreclaimablePeakMiB: 310 }),
    ]);
    expect(figures.peakMiB).toBe(700);
    expect(figures.unreclaimablePeakMiB).toBe(310);
    expect(armFigures(2_048, [round({ peakMiB: undefined })]).peakMiB).toBeUndefined();
  });

  it("keeps allocations of different temperatures apart, and names only those that there were", () => {
    const allocations = [
      { temperature: "cold", ms: 900 },
      { temperature: "hot", ms: 1 },
      { temperature: "hot", ms: 3 },
    ] as const;
    expect(armFigures(2_048, [round({ allocations })]).allocationMs).toEqual({
      cold: { samples: 1, p50: 900, p95: 900 },
      hot: { samples: 2, p50: 1, p95: 3 },
    });
  });
});
