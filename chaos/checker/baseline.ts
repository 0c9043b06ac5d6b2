import type { Invariant } from "./violation.ts";

export const baseline: Invariant = {
  name: "baseline",
  doc: "Everything returns to the baseline: contexts, processes, temporary folders, queues and leases.",
  violations: ({ leftovers }) => leftovers,
};
