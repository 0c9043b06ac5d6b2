import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { readProcess } from "./process-group.ts";

const NAME = /^sublet-browser-(\d+)-(\d+)-/u;

export interface LaunchFolder {
  readonly path: string;
  readonly home: string;
  readonly temp: string;
  readonly userData: string;
  /** Idempotent. */
  remove(): Promise<void>;
}

/** A folder of one launch's own. Its name holds this process's pid and start time, so that a sweep knows its owner. */
export async function createLaunchFolder(tempDir: string): Promise<LaunchFolder> {
  const owner = await readProcess(process.pid);
  await mkdir(tempDir, { recursive: true });
  const path = await mkdtemp(join(tempDir, `sublet-browser-${process.pid}-${owner?.startTicks ?? 0}-`));
  const folder = { path, home: join(path, "home"), temp: join(path, "tmp"), userData: join(path, "user-data") };
  await Promise.all([folder.home, folder.temp, folder.userData].map((directory) => mkdir(directory)));
  // A process that is just dying may still write: try again rather than leave the folder.
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  return { ...folder, remove };
}

/** Removes the folders whose owner is dead, as after a killed Node process in a reused container. Returns their names. */
export async function sweepLaunchFolders(tempDir: string): Promise<readonly string[]> {
  const names = await readdir(tempDir).catch(() => [] as string[]);
  const removed: string[] = [];
  for (const name of names) {
    const match = NAME.exec(name);
    if (!match || (await isAlive(Number(match[1]), Number(match[2])))) continue;
    await rm(join(tempDir, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    removed.push(name);
  }
  return removed;
}

async function isAlive(pid: number, startTicks: number): Promise<boolean> {
  const process = await readProcess(pid);
  return process !== undefined && !process.zombie && process.startTicks === startTicks;
}
