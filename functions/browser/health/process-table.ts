import { readdirSync, readFileSync } from "node:fs";

import { readProcessNow, type ProcessEntry } from "../process-group.ts";

/** As Chromium's `--type` says; the main process has none. `zygote` is also a renderer that has just been forked. */
export type ProcessType = "browser" | "zygote" | "gpu-process" | "renderer" | "utility" | "other";

export interface BrowserProcess extends ProcessEntry {
  readonly type: ProcessType;
  /**
   * Memory that nobody else can give back for it: anonymous and shared memory, in MiB. Pages that a renderer shares with
   * the zygote count in each: some 6 MiB too many apiece, so a sum errs on the safe side.
   */
  readonly ownMiB: number;
}

const TYPES: readonly string[] = ["zygote", "gpu-process", "renderer", "utility"] satisfies ProcessType[];

/** What runs in the process groups of a container's browsers, and what is left of those that have ended. */
export class ProcessTable {
  readonly #types = new Map<string, ProcessType>();

  /**
   * One pass over /proc, synchronous since that costs the least: measured, 40 µs of CPU time for each process of the machine, a
   * quarter of what the asynchronous way takes.
   * @returns the groups' living processes, and how many zombies are in any of `zombieGroups`
   */
  read(
    groups: ReadonlySet<number>,
    zombieGroups: ReadonlySet<number> = groups,
  ): { readonly processes: readonly BrowserProcess[]; readonly zombies: number } {
    const processes: BrowserProcess[] = [];
    let zombies = 0;
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/u.test(name)) continue;
      const entry = readProcessNow(Number(name));
      if (!entry) continue;
      if (entry.zombie && zombieGroups.has(entry.group)) zombies += 1;
      if (entry.zombie || !groups.has(entry.group)) continue;
      processes.push({ ...entry, type: this.#typeOf(entry), ownMiB: ownMiBOf(entry.pid) });
    }
    this.#forget(processes);
    return { processes, zombies };
  }

  #typeOf(entry: ProcessEntry): ProcessType {
    const known = this.#types.get(key(entry));
    if (known !== undefined) return known;
    const type = typeOf(entry.pid);
    // A renderer is called a zygote until it has written its own name.
    if (type !== "zygote") this.#types.set(key(entry), type);
    return type;
  }

  #forget(living: readonly BrowserProcess[]): void {
    if (this.#types.size <= 2 * living.length) return;
    const keys = new Set(living.map(key));
    for (const known of this.#types.keys()) if (!keys.has(known)) this.#types.delete(known);
  }
}

/** Names one process for good. */
export function key({ pid, startTicks }: Pick<ProcessEntry, "pid" | "startTicks">): string {
  return `${pid}/${startTicks}`;
}

/** Anonymous and shared memory of a process, in MiB; 0 when it is gone. */
export function ownMiBOf(pid: number): number {
  const status = readText(`/proc/${pid}/status`);
  return (kibibytes(status, "RssAnon") + kibibytes(status, "RssShmem")) / 1024;
}

function kibibytes(status: string, field: string): number {
  const at = status.indexOf(`\n${field}:`);
  return at === -1 ? 0 : Number.parseInt(status.slice(at + field.length + 2), 10);
}

function typeOf(pid: number): ProcessType {
  // A forked renderer writes its whole command line over the zygote's, with spaces in place of the zeros.
  const type = /(?:^|[\0 ])--type=([\w-]+)/u.exec(readText(`/proc/${pid}/cmdline`))?.[1];
  if (type === undefined) return "browser";
  return TYPES.includes(type) ? (type as ProcessType) : "other";
}

function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
