/** What a container of a phase needs. */
export interface PhaseSize {
  /** The most contexts in one browser: the largest ratio of the phase, and so the largest batch worth sending. */
  readonly contexts: number;
  /**
   * Memory of the function, 128 to 10,240 MiB. Lambda gives one vCPU for each 1,769 MiB, so this sets the CPU too: each
   * size covers what the worker reckons for a full browser in memory and in CPU, whichever is more.
   */
  readonly memoryMiB: number;
  /** Size of /tmp, 512 to 10,240 MiB: profiles, downloads and Chromium's own files. 512 MiB are free of charge. */
  readonly ephemeralStorageMiB: number;
}

/** A test holds the contexts against the worker's ratios and the memory against the worker's own reckoning. */
export const PHASE_SIZES = {
  A: { contexts: 3, memoryMiB: 1_024, ephemeralStorageMiB: 512 },
  B: { contexts: 6, memoryMiB: 1_536, ephemeralStorageMiB: 768 },
  C: { contexts: 10, memoryMiB: 2_048, ephemeralStorageMiB: 1_024 },
} as const satisfies Record<string, PhaseSize>;
