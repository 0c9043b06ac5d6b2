import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Cell, CellSupport } from "./cell.ts";
import { openCgroupCell } from "./cgroup-cell.ts";
import { CGROUP_ROOT, CGROUP_V1, CGROUP_V2 } from "./cgroup-layout.ts";
import { openProcCell } from "./proc-cell.ts";

const PROBE_MIB = 64;

/** Finds out by making a cell and removing it. */
export async function findCellSupport(): Promise<CellSupport> {
  const kind = existsSync(join(CGROUP_ROOT, "cgroup.controllers")) ? "cgroup-v2" : "cgroup-v1";
  try {
    // Controllers must be passed down by the root before a child group has their files.
    if (kind === "cgroup-v2") writeFileSync(join(CGROUP_ROOT, "cgroup.subtree_control"), "+cpu +memory");
    await openCell({ kind, detail: "" }, "probe", PROBE_MIB).close();
    return { kind, detail: `${kind}: memory limit and CPU quota in Lambda's proportions` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      kind: "none",
      detail: `NO CELLS: cgroups can't be written here (${why}). Nothing is limited; sums over /proc.`,
    };
  }
}

export function openCell({ kind }: CellSupport, name: string, memoryMiB: number): Cell {
  if (kind === "none") return openProcCell();
  const layout = kind === "cgroup-v2" ? CGROUP_V2 : CGROUP_V1;
  return openCgroupCell(layout, `sublet-bench-${process.pid}-${name}`, memoryMiB);
}
