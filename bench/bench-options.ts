import { parseArgs } from "node:util";

import { ARMS, type Arm } from "./arms.ts";

/** What can be measured, in its order. */
export const PARTS = ["arms", "allocation", "recipe", "recovery"] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  /** Jobs counted in each round of an arm with several slots; an arm with one slot counts a third of them. */
  readonly jobs: number;
  readonly rounds: number;
  readonly latencyMs: number;
  /** No arm begins after so many seconds, and no round that wouldn't end by then; the rest takes about half a minute. */
  readonly maxSeconds: number;
  readonly hotSamples: number;
  readonly warmSamples: number;
  readonly coldSamples: number;
  readonly recipeReads: number;
  /** Times that the browser is killed under ten jobs. */
  readonly recoveries: number;
  readonly parts: readonly Part[];
  /** In their order in the table. */
  readonly arms: readonly Arm[];
  readonly jsonFile: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --quick           one short round, fewer samples: a look, no figures to keep
  --jobs N          jobs counted per round in arms of several slots (1:1 arms count a third)
  --rounds N        rounds of all arms, interleaved
  --latency-ms N    latency of every answer of the site (default 300)
  --max-seconds N   no arm begins later, and no round that wouldn't end by then
  --arm NAME        only this arm; may be given again, as in --arm "1:1 warm" --arm 10:1
  --part NAME       only this part: ${PARTS.join(", ")}; may be given again
  --json FILE       write all figures there too`;

const DEFAULTS = {
  normal: {
    jobs: 18,
    rounds: 3,
    maxSeconds: 300,
    hotSamples: 60,
    warmSamples: 50,
    coldSamples: 10,
    recipeReads: 20,
    recoveries: 20,
  },
  quick: {
    jobs: 9,
    rounds: 1,
    maxSeconds: 60,
    hotSamples: 20,
    warmSamples: 20,
    coldSamples: 2,
    recipeReads: 3,
    recoveries: 2,
  },
} as const;

/** What the command line was wrong about. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError */
export function readBenchOptions(commandLine: readonly string[]): BenchOptions {
  const values = parse(commandLine);
  const defaults = values.quick ? DEFAULTS.quick : DEFAULTS.normal;
  return {
    ...defaults,
    jobs: wholeNumber("jobs", values.jobs, 3, 10_000) ?? defaults.jobs,
    rounds: wholeNumber("rounds", values.rounds, 1, 100) ?? defaults.rounds,
    latencyMs: wholeNumber("latency-ms", values["latency-ms"], 0, 10_000) ?? 300,
    maxSeconds: wholeNumber("max-seconds", values["max-seconds"], 10, 36_000) ?? defaults.maxSeconds,
    arms: chosenArms(values.arm ?? []),
    parts: chosenParts(values.part ?? []),
    jsonFile: values.json,
  };
}

function parse(commandLine: readonly string[]) {
  try {
    const text = { type: "string" } as const;
    return parseArgs({
      args: [...commandLine],
      options: {
        quick: { type: "boolean", default: false },
        jobs: text,
        rounds: text,
        "latency-ms": text,
        "max-seconds": text,
        arm: { type: "string", multiple: true },
        part: { type: "string", multiple: true },
        json: text,
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function chosenArms(names: readonly string[]): readonly Arm[] {
  const unknown = names.find((name) => !ARMS.some((arm) => arm.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`--arm ${JSON.stringify(unknown)} is none of ${ARMS.map(({ name }) => name).join("; ")}`);
  }
  return names.length === 0 ? ARMS : ARMS.filter(({ name }) => names.includes(name));
}

function chosenParts(names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => !(PARTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new UsageError(`--part ${JSON.stringify(unknown)} is none of ${PARTS.join("; ")}`);
  return names.length === 0 ? PARTS : PARTS.filter((part) => names.includes(part));
}

function wholeNumber(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${option} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
