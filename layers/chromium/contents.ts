import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";

export interface FileEntry {
  readonly bytes: number;
  readonly program: boolean;
}

/** Every file below a folder by its relative path. A folder that doesn't exist is empty. */
export async function contentsOf(directory: string): Promise<ReadonlyMap<string, FileEntry>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  const paths = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  const found = await Promise.all(
    paths.map(async (path) => {
      const { size, mode } = await stat(path);
      return [relative(directory, path), { bytes: size, program: (mode & 0o111) !== 0 }] as const;
    }),
  );
  return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Bytes of all files below a folder, as Lambda counts them. */
export async function unzippedBytes(directory: string): Promise<number> {
  let sum = 0;
  for (const { bytes } of (await contentsOf(directory)).values()) sum += bytes;
  return sum;
}
