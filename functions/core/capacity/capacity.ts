/** One vCPU for each 1,769 MiB. Source: AWS Lambda developer guide, "Configure Lambda function memory" (2026-10). */
export const MIB_PER_VCPU = 1_769;

export interface CapacityInput {
  /** Slots that the live phase allows in one browser. */
  readonly phaseSlots: number;
  readonly memoryMiB: number;
  /** What Node, the browser process, its GPU and network processes take before the first context. */
  readonly baseMiB: number;
  readonly slotMiB: number;
  /** Share of one vCPU that a busy slot takes. */
  readonly slotVcpu: number;
  /** What the container's self-test allows: 1 where contexts can't share its browser. */
  readonly isolationSlots?: number;
}

export interface Capacity {
  readonly slots: number;
  /** Which limit decided. */
  readonly boundBy: "phase" | "memory" | "cpu" | "isolation";
}

/** Slots of a container: the least of what phase, memory, CPU and isolation allow, and never under one. */
export function capacityOf(input: CapacityInput): Capacity {
  const limits = [
    { boundBy: "phase", slots: input.phaseSlots },
    { boundBy: "memory", slots: Math.floor((input.memoryMiB - input.baseMiB) / input.slotMiB) },
    { boundBy: "cpu", slots: Math.floor(input.memoryMiB / MIB_PER_VCPU / input.slotVcpu) },
    { boundBy: "isolation", slots: input.isolationSlots ?? Number.POSITIVE_INFINITY },
  ] as const;
  const least = limits.reduce((tightest, limit) => (limit.slots < tightest.slots ? limit : tightest));
  return { boundBy: least.boundBy, slots: Math.max(1, least.slots) };
}
