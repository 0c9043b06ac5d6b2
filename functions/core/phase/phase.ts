import type { JobClass } from "../job/job-message.ts";

export const PHASES = ["A", "B", "C"] as const;
export type Phase = (typeof PHASES)[number];

/**
 * How many jobs a job of each class tolerates in its browser, itself included. A phase brings in one class after the
 * other; a class that it doesn't cover yet keeps a browser to itself, as with one browser for each job.
 */
export const PHASE_RATIOS: Readonly<Record<Phase, Readonly<Record<JobClass, number>>>> = {
  A: { discovery: 3, extraction: 1, live: 1 },
  B: { discovery: 6, extraction: 6, live: 1 },
  C: { discovery: 10, extraction: 10, live: 10 },
};

/** The most jobs of any classes that the phase puts into one browser. */
export function mostInOneBrowser(phase: Phase): number {
  return Math.max(...Object.values(PHASE_RATIOS[phase]));
}
