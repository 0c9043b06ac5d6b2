import { describe, expect, it } from "vitest";

import { UsageMeter } from "../../../../functions/core/cost/usage-meter.ts";

describe("UsageMeter", () => {
  it("integrates slots over time, and bills memory for the whole length", () => {
    const meter = new UsageMeter({ container: "c", invocation: "i", memoryMiB: 2_048, slots: 4, batchSize: 2 }, 1_000);
    meter.slotTaken(1_000);
    meter.slotTaken(2_000);
    meter.slotFreed(3_000);
    meter.slotFreed(5_000);
    const usage = meter.read(11_000, { cpuSeconds: 3, launches: 1, crashes: 0 });
    expect(usage).toMatchObject({
      durationMs: 10_000,
      slotSecondsOffered: 40,
      slotSecondsUsed: 5,
      gbSeconds: 20,
      cpuSeconds: 3,
      contextsPeak: 2,
    });
  });

  it("counts a slot that is still taken up to the moment of reading", () => {
    const meter = new UsageMeter({ container: "c", invocation: "i", memoryMiB: 1_024, slots: 1, batchSize: 1 }, 0);
    meter.slotTaken(0);
    expect(meter.read(2_000, { cpuSeconds: 0, launches: 0, crashes: 0 }).slotSecondsUsed).toBe(2);
  });

  it("groups outcomes by class and kind, and counts lost leases as fenced out", () => {
    const meter = new UsageMeter({ container: "c", invocation: "i", memoryMiB: 1_024, slots: 1, batchSize: 1 }, 0);
    meter.ended("discovery", "completed", 10);
    meter.ended("discovery", "completed", 20);
    meter.ended("extraction", "lease-lost", undefined);
    const usage = meter.read(1, { cpuSeconds: 0, launches: 0, crashes: 0 });
    expect(usage.outcomes).toEqual([
      { jobClass: "discovery", kind: "completed", count: 2 },
      { jobClass: "extraction", kind: "lease-lost", count: 1 },
    ]);
    expect(usage.runMs).toEqual([10, 20]);
    expect(usage.fencedOut).toBe(1);
  });
});
