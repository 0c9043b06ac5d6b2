import type { AllocationTemperature } from "../../functions/core/job/job-result.ts";
import { MIB_PER_VCPU } from "../../functions/core/capacity/capacity.ts";
import { spreadOf, type Spread } from "./percentiles.ts";

const MIB_PER_GB = 1_024;
/** What one CPU-second costs at least: the GB-s in which Lambda sells it. */
const FLOOR_GB_SECONDS_PER_CPU_SECOND = MIB_PER_VCPU / MIB_PER_GB;

export interface Allocation {
  readonly temperature: AllocationTemperature;
  readonly ms: number;
}

/** One arm's window in one round: raw. */
export interface ArmRound {
  readonly jobs: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number | undefined;
  readonly unreclaimablePeakMiB: number;
  readonly allocations: readonly Allocation[];
  readonly runMs: readonly number[];
}

export interface ArmFigures {
  readonly rounds: number;
  readonly jobs: number;
  readonly jobsPerSecond: number;
  /** Wall time ÷ jobs: what a job adds to the bill's time. Not how long a job takes; that is `runMs`. */
  readonly wallSecondsPerJob: number;
  readonly cpuSecondsPerJob: number;
  readonly gbSecondsPerJob: number;
  /** GB-s per job ÷ what its CPU-seconds cost at least. 1: the CPU was full all the time. */
  readonly ratioToFloor: number;
  readonly peakMiB: number | undefined;
  readonly unreclaimablePeakMiB: number;
  readonly allocationMs: Readonly<Partial<Record<AllocationTemperature, Spread>>>;
  readonly runMs: Spread | undefined;
  /** GB-s per job of each round, in order: how far the machine's noise goes. */
  readonly gbSecondsPerJobByRound: readonly number[];
}

/** Sums over all rounds, so that a long round weighs more than a short one. */
export function armFigures(memoryMiB: number, rounds: readonly ArmRound[]): ArmFigures {
  const jobs = sum(rounds, (round) => round.jobs);
  const wallSeconds = sum(rounds, (round) => round.wallSeconds);
  const cpuSecondsPerJob = sum(rounds, (round) => round.cpuSeconds) / jobs;
  const gbSeconds = (seconds: number) => (memoryMiB / MIB_PER_GB) * seconds;
  const gbSecondsPerJob = gbSeconds(wallSeconds) / jobs;
  const peaks = rounds.map((round) => round.peakMiB).filter((peak) => peak !== undefined);
  return {
    rounds: rounds.length,
    jobs,
    jobsPerSecond: jobs / wallSeconds,
    wallSecondsPerJob: wallSeconds / jobs,
    cpuSecondsPerJob,
    gbSecondsPerJob,
    ratioToFloor: gbSecondsPerJob / (cpuSecondsPerJob * FLOOR_GB_SECONDS_PER_CPU_SECOND),
    peakMiB: peaks.length === 0 ? undefined : Math.max(...peaks),
    unreclaimablePeakMiB: Math.max(...rounds.map((round) => round.unreclaimablePeakMiB)),
    allocationMs: allocationSpreads(rounds.flatMap((round) => round.allocations)),
    runMs: spreadOf(rounds.flatMap((round) => round.runMs)),
    gbSecondsPerJobByRound: rounds.map((round) => gbSeconds(round.wallSeconds) / round.jobs),
  };
}

export function allocationSpreads(allocations: readonly Allocation[]): ArmFigures["allocationMs"] {
  const of = (wanted: AllocationTemperature) =>
    spreadOf(allocations.filter(({ temperature }) => temperature === wanted).map(({ ms }) => ms));
  const spreads = { cold: of("cold"), warm: of("warm"), hot: of("hot") };
  return Object.fromEntries(Object.entries(spreads).filter(([, spread]) => spread !== undefined));
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
