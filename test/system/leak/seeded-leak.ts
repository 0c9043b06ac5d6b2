import type { RestingFigures } from "./leak-check.ts";

export const HEAP_SIGNAL = "SIGUSR2";
export const LEAK_SIGNAL = "SIGPWR";

/** What one container leaks when it is asked to: a few times what is tolerated, since the figures may have shrunk by then. */
export const SEEDED: RestingFigures = {
  heapMiB: 32,
  pssMiB: 400,
  processes: 8,
  handles: 240,
  tempEntries: 160,
  tempMiB: 16,
};
