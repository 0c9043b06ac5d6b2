/** What all containers hold at rest, summed up. */
export interface RestingFigures {
  /** Of the functions' processes, used after garbage collection. */
  readonly heapMiB: number;
  /** Of all processes: each shared page is split among those that share it. */
  readonly pssMiB: number;
  readonly processes: number;
  /** Open file descriptors of all processes. */
  readonly handles: number;
  /** Below the containers' temporary folders. */
  readonly tempEntries: number;
  readonly tempMiB: number;
}

export type Figure = keyof RestingFigures;

/** How far a figure may lie over the first wave's: so many times it, and so much more. */
export interface Tolerance {
  readonly factor: number;
  readonly more: number;
  readonly why: string;
}

/**
 * Nine waves of 100 jobs lie between the first and the last reading, so that what leaks with each job counts 900 times. After
 * the first wave each container has had some 50 jobs: what fills up more slowly than that is no leak.
 */
export const TOLERANCES: Readonly<Record<Figure, Tolerance>> = {
  heapMiB: { factor: 1, more: 8, why: "caches and compiled code; mostly it shrinks. 9 KiB a job are too much" },
  pssMiB: {
    factor: 1.3,
    more: 60,
    why: "Node keeps pages that it has freed: a quarter more was measured, while its heap stood still",
  },
  processes: {
    factor: 1,
    more: 4,
    why: "each container may have one renderer in reserve, and one that is just ending",
  },
  handles: { factor: 1, more: 120, why: "some 30 for each process that may come and go; mostly none" },
  tempEntries: {
    factor: 1,
    more: 80,
    why: "shared memory of renderers that end while they make it, gone with the browser: 32 were measured",
  },
  tempMiB: { factor: 1, more: 8, why: "the same, and caches of the browser" },
};

/** Each figure that a later wave left over its tolerance, in words; empty: nothing leaks. */
export function leaks(first: RestingFigures, later: RestingFigures): string[] {
  return (Object.keys(TOLERANCES) as Figure[]).flatMap((figure) => {
    const { factor, more } = TOLERANCES[figure];
    const limit = first[figure] * factor + more;
    if (later[figure] <= limit) return [];
    return [`${figure} is ${round(later[figure])}, at most ${round(limit)} after ${round(first[figure])}`];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
