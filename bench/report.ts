import pc from "picocolors";

import { ALLOCATION_AIMS_MS, ALLOCATION_MIB } from "./allocation/run-allocation.ts";
import { armTable, fixed, plainTable, spreadText } from "./arm-table.ts";
import type { BenchOptions } from "./bench-options.ts";
import type { CellSupport } from "./cell/cell.ts";
import type { ArmFigures } from "./figures/arm-figures.ts";
import type { ArmRatios, ArmResult } from "./figures/arm-ratios.ts";
import type { RecipeFigures } from "./recipe/run-recipe-reads.ts";
import { recoveryPart } from "./recovery/recovery-table.ts";
import type { RecoveryFigures } from "./recovery/run-recovery.ts";

/** What `--json` writes. */
export interface BenchReport {
  readonly machine: {
    readonly cpus: number;
    readonly model: string;
    /** At the end: over 1, 5 and 15 minutes. */
    readonly loadAverage: readonly number[];
    readonly node: string;
  };
  readonly cells: CellSupport;
  readonly options: BenchOptions;
  readonly seconds: number;
  /** This and what follows: undefined where the part wasn't run. */
  readonly arms: readonly (ArmResult & { readonly ratios: ArmRatios })[] | undefined;
  readonly allocationMs: ArmFigures["allocationMs"] | undefined;
  readonly recipe: RecipeFigures | undefined;
  readonly recovery: RecoveryFigures | undefined;
}

export function report(figures: BenchReport): string {
  const { machine, cells, seconds, allocationMs, recipe, recovery } = figures;
  return [
    `${machine.cpus} × ${machine.model}, Node ${machine.node}; ${cells.detail}; ${seconds.toFixed(0)} s in all`,
    ...armsPart(figures),
    ...(allocationMs === undefined ? [] : allocationPart(allocationMs)),
    ...(recipe === undefined ? [] : recipePart(recipe)),
    ...(recovery === undefined ? [] : recoveryPart(recovery)),
  ].join("\n");
}

function armsPart({ arms, options }: BenchReport): string[] {
  if (arms === undefined) return [];
  const rounds = Math.max(0, ...arms.map(({ figures }) => figures.rounds));
  return [
    "",
    pc.bold("Jobs: a category page and a product page, each read; a pristine isolated context each"),
    `${rounds} rounds, ${options.latencyMs} ms latency an answer, steady state`,
    armTable(arms),
  ];
}

function allocationPart(allocationMs: ArmFigures["allocationMs"]): string[] {
  const title = `Allocation of a context, one at a time, in a cell of ${ALLOCATION_MIB} MiB`;
  return ["", pc.bold(title), allocationTable(allocationMs)];
}

function recipePart(recipe: RecipeFigures): string[] {
  return ["", pc.bold("Reading a list of 100 cards with 8 fields each"), recipeTable(recipe)];
}

function allocationTable(allocationMs: ArmFigures["allocationMs"]): string {
  const table = plainTable(["allocation", "p95 to aim", "p50/p95 ms", "aim p95 ms", "samples"]);
  for (const temperature of ["hot", "warm", "cold"] as const) {
    const spread = allocationMs[temperature];
    const aimMs = ALLOCATION_AIMS_MS[temperature];
    const ratio = spread === undefined ? undefined : spread.p95 / aimMs;
    table.push([temperature, fixed(ratio, 2), spreadText(spread), String(aimMs), String(spread?.samples ?? 0)]);
  }
  return table.toString();
}

function recipeTable({ compiled, fieldByField }: RecipeFigures): string {
  const table = plainTable([
    "read by",
    "round trips to\ncompiled",
    "time to\ncompiled",
    "round trips",
    "messages",
    "p50/p95 ms",
  ]);
  for (const [name, figures] of [
    ["recipe, compiled", compiled],
    ["one Playwright call per field", fieldByField],
  ] as const) {
    table.push([
      name,
      fixed(figures.roundTrips / compiled.roundTrips, 1),
      fixed(figures.ms.p50 / compiled.ms.p50, 1),
      fixed(figures.roundTrips, 0),
      fixed(figures.messages, 0),
      spreadText(figures.ms),
    ]);
  }
  return table.toString();
}
