import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { MEMORY_SAMPLE_MS, type Cell } from "./cell.ts";
import { CGROUP_ROOT, type CgroupLayout } from "./cgroup-layout.ts";

const REMOVE_ATTEMPTS = 100;
const REMOVE_RETRY_MS = 20;

/** Makes the cell's groups and sets its limits. Throws where they can't be written; nothing is left then. */
export function openCgroupCell(layout: CgroupLayout, name: string, memoryMiB: number): Cell {
  const folderIn = (hierarchy: string) => join(CGROUP_ROOT, hierarchy, name);
  const folders = [...new Set(layout.hierarchies.map(folderIn))];
  try {
    for (const folder of folders) mkdirSync(folder);
    for (const { hierarchy, file, value } of layout.limits(memoryMiB)) {
      writeFileSync(join(folderIn(hierarchy), file), value);
    }
  } catch (error) {
    for (const folder of folders) if (existsSync(folder)) rmdirSync(folder);
    throw error;
  }
  const read = (hierarchy: string, file: string) => readFileSync(join(folderIn(hierarchy), file), "utf8");
  let unreclaimablePeakMiB = 0;
  const sample = () => {
    unreclaimablePeakMiB = Math.max(unreclaimablePeakMiB, layout.unreclaimableMiB(read));
  };
  const sampling = setInterval(sample, MEMORY_SAMPLE_MS);
  return {
    entrances: folders.map((folder) => join(folder, "cgroup.procs")),
    watch: () => {},
    cpuSeconds: () => layout.cpuSeconds(read),
    memory: () => {
      sample();
      return { peakMiB: layout.peakMiB(read), unreclaimablePeakMiB };
    },
    close: async () => {
      clearInterval(sampling);
      await Promise.all(folders.map(removeGroup));
    },
  };
}

/** The kernel takes a moment to let go of ended processes. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (attempt === REMOVE_ATTEMPTS) throw error;
      await delay(REMOVE_RETRY_MS);
    }
  }
}
