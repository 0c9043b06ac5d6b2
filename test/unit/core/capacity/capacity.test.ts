import { describe, expect, it } from "vitest";

import { capacityOf } from "../../../../functions/core/capacity/capacity.ts";

const measured = { baseMiB: 450, slotMiB: 120, slotVcpu: 0.11 };

describe("capacityOf", () => {
  it.each([
    [{ phaseSlots: 3, memoryMiB: 2_048 }, 3, "phase"],
    [{ phaseSlots: 50, memoryMiB: 2_048 }, 10, "cpu"],
    [{ phaseSlots: 50, memoryMiB: 1_024 }, 4, "memory"],
    [{ phaseSlots: 10, memoryMiB: 2_048, isolationSlots: 1 }, 1, "isolation"],
    [{ phaseSlots: 10, memoryMiB: 512 }, 1, "memory"],
  ])("%o gives %i slots, bound by %s", (input, slots, boundBy) => {
    expect(capacityOf({ ...measured, ...input })).toEqual({ slots, boundBy });
  });
});
