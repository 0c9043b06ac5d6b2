import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const NAME = /^(?:building|replaced)-(\d+)-/u;

/**
 * Makes a folder aside and puts it into its place by renaming, so that a reader sees the old one, none or the new one,
 * never half of one. Two processes may do it at once: the slower one finds the place taken, and tries again when what
 * lies there isn't `good`.
 */
export async function replaceFolder(
  target: string,
  asideDirectory: string,
  make: (directory: string) => Promise<void>,
  good: () => Promise<boolean>,
): Promise<void> {
  await mkdir(asideDirectory, { recursive: true });
  await sweep(asideDirectory);
  const aside = await mkdtemp(join(asideDirectory, `building-${process.pid}-`));
  try {
    await make(aside);
    // mkdtemp's folder is its owner's alone; Lambda's user has to read it.
    await chmod(aside, 0o755);
    while (!(await renamed(aside, target))) {
      if (await good()) return;
      await removeAside(target, asideDirectory);
    }
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}

/** Out of sight at once, and only then file by file. */
async function removeAside(target: string, asideDirectory: string): Promise<void> {
  const replaced = await mkdtemp(join(asideDirectory, `replaced-${process.pid}-`));
  await rename(target, join(replaced, "folder")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rm(replaced, { recursive: true, force: true });
}

/** What killed builds left. */
async function sweep(asideDirectory: string): Promise<void> {
  for (const name of await readdir(asideDirectory)) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(asideDirectory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
