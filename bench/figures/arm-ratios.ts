import type { ArmFigures } from "./arm-figures.ts";

export interface ArmResult {
  readonly name: string;
  readonly memoryMiB: number;
  readonly slots: number;
  readonly figures: ArmFigures;
}

/** GB-s per job against the baselines of the same run. Undefined where a baseline didn't run. */
export interface ArmRatios {
  readonly toWarm: number | undefined;
  readonly toLaunch: number | undefined;
  readonly toFloor: number;
}

/** @throws RangeError when no arm has that name */
export function ratiosOf(
  name: string,
  results: readonly ArmResult[],
  baselines: { readonly warm: string; readonly launch: string },
): ArmRatios {
  const figuresOf = (wanted: string) => results.find((result) => result.name === wanted)?.figures;
  const own = figuresOf(name);
  if (own === undefined) throw new RangeError(`no arm "${name}" among ${results.map((one) => one.name).join(", ")}`);
  const against = (baseline: string) => {
    const other = figuresOf(baseline);
    return other === undefined ? undefined : own.gbSecondsPerJob / other.gbSecondsPerJob;
  };
  return { toWarm: against(baselines.warm), toLaunch: against(baselines.launch), toFloor: own.ratioToFloor };
}
