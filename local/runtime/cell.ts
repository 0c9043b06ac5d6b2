import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CGROUPS = "/sys/fs/cgroup";
/** Memory that Lambda sells with one vCPU. Source: AWS Lambda developer guide, "Configure Lambda function memory" (2025). */
const MIB_PER_VCPU = 1_769;
const CPU_PERIOD_MICROSECONDS = 100_000;

/** A memory limit and a CPU quota in Lambda's proportions, by cgroup. */
export interface Cell {
  /** Moves a process into the cell; its later children follow. */
  admit(pid: number): void;
  close(): void;
}

export type CellSupport = { readonly kind: "v1" | "v2" } | { readonly kind: "none"; readonly why: string };

/** Whether cgroups can be made here, found out by making one. */
export function cellSupport(): CellSupport {
  try {
    const kind = existsSync(join(CGROUPS, "cgroup.controllers")) ? "v2" : "v1";
    if (kind === "v2") writeFileSync(join(CGROUPS, "cgroup.subtree_control"), "+memory +cpu");
    for (const folder of cellFolders(kind, `sublet-probe-${process.pid}`)) {
      mkdirSync(folder);
      rmdirSync(folder);
    }
    return { kind };
  } catch (error) {
    return { kind: "none", why: `cgroups are not writable here (${String(error)})` };
  }
}

/** @param name unique; `removeCells` with its beginning cleans up after a crash */
export function openCell(kind: "v1" | "v2", name: string, memoryMiB: number): Cell {
  const folders = cellFolders(kind, name);
  for (const folder of folders) mkdirSync(folder);
  const bytes = String(memoryMiB * 1024 * 1024);
  const quota = String(Math.round((memoryMiB / MIB_PER_VCPU) * CPU_PERIOD_MICROSECONDS));
  const limits: readonly (readonly [file: string, value: string])[] =
    kind === "v2"
      ? [
          ["memory.max", bytes],
          ["cpu.max", `${quota} ${CPU_PERIOD_MICROSECONDS}`],
        ]
      : [
          ["memory.limit_in_bytes", bytes],
          ["cpu.cfs_period_us", String(CPU_PERIOD_MICROSECONDS)],
          ["cpu.cfs_quota_us", quota],
        ];
  for (const [file, value] of limits) {
    const folder = folders.find((candidate) => existsSync(join(candidate, file)));
    if (folder === undefined) throw new Error(`no cgroup controller here has ${file}`);
    writeFileSync(join(folder, file), value);
  }
  return {
    admit: (pid) => {
      for (const folder of folders) writeFileSync(join(folder, "cgroup.procs"), String(pid));
    },
    close: () => folders.forEach(removeCell),
  };
}

/** Removes the cells whose name begins so. Their processes must have ended. */
export function removeCells(prefix: string): void {
  for (const parent of ["", "memory", "cpu"].map((controller) => join(CGROUPS, controller))) {
    if (!existsSync(parent)) continue;
    for (const name of readdirSync(parent)) if (name.startsWith(prefix)) removeCell(join(parent, name));
  }
}

function cellFolders(kind: "v1" | "v2", name: string): string[] {
  return kind === "v2" ? [join(CGROUPS, name)] : ["memory", "cpu"].map((controller) => join(CGROUPS, controller, name));
}

/** The kernel takes a moment to let go of a killed process; an empty group costs nothing if it stays. */
function removeCell(folder: string): void {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch {
      if (!existsSync(folder) || readFileSync(join(folder, "cgroup.procs"), "utf8").length > 0) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }
}
