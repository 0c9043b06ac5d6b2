import { parseArgs } from "node:util";

export interface ChaosOptions {
  readonly seed: number;
  readonly plans: number;
  /** Only plans that begin with this fault. */
  readonly fault: string | undefined;
  /** Only this plan. */
  readonly plan: number | undefined;
  readonly containers: number;
  readonly jsonFile: string | undefined;
  readonly report: boolean;
}

export const USAGE = `npm run chaos -- [options]
  --seed S        what all plans are drawn from (default 1)
  --plans N       plans 0 to N-1; faults take turns (default one for each fault)
  --fault NAME    only plans that begin with this fault
  --plan K        only plan K: what a failed one prints
  --containers N  containers at once (default 2)
  --json FILE     write all figures there too
  --report        write the table into docs/reliability.md`;

/** What the command line was wrong about. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError */
export function readChaosOptions(commandLine: readonly string[], faults: readonly string[]): ChaosOptions {
  const { values } = parsed(commandLine);
  if (values.fault !== undefined && !faults.includes(values.fault)) {
    throw new UsageError(`--fault must be one of ${faults.join(", ")} (got ${values.fault})`);
  }
  return {
    seed: whole("--seed", values.seed, 0) ?? 1,
    plans: whole("--plans", values.plans, 1) ?? (values.fault === undefined ? faults.length : 1),
    fault: values.fault,
    plan: whole("--plan", values.plan, 0),
    containers: whole("--containers", values.containers, 1) ?? 2,
    jsonFile: values.json,
    report: values.report ?? false,
  };
}

function parsed(commandLine: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...commandLine],
      options: {
        seed: text,
        plans: text,
        fault: text,
        plan: text,
        containers: text,
        json: text,
        report: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, value: string | undefined, min: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d+$/u.test(value) && number >= min && number < 2 ** 31) return number;
  throw new UsageError(`${name} must be a whole number from ${min} on (got ${value})`);
}
