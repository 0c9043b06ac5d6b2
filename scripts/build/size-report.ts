import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Metafile } from "esbuild";

const MIB = 1_024 * 1_024;

/** Bytes of all files under a folder. */
export async function directoryBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** How many bytes of a bundle come from which package (`sublet` is the project's own code), largest first. */
export function bytesByPackage(metafile: Metafile): (readonly [name: string, bytes: number])[] {
  const totals = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = packageOf(path);
      totals.set(name, (totals.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...totals].toSorted(([, a], [, b]) => b - a);
}

/** The largest parts of a bundle, one line each. */
export function describeBundle(metafile: Metafile, lines = 8): string {
  const parts = bytesByPackage(metafile);
  const rest = parts.slice(lines).reduce((sum, [, bytes]) => sum + bytes, 0);
  const shown = rest > 0 ? [...parts.slice(0, lines), [`${parts.length - lines} more`, rest] as const] : parts;
  return shown.map(([name, bytes]) => `  ${mebibytes(bytes).padStart(9)}  ${name}`).join("\n");
}

export function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(2)} MiB`;
}

function packageOf(path: string): string {
  const inside = path.split("node_modules/").at(-1);
  if (inside === undefined || inside === path) return "sublet";
  const [scope, name] = inside.split("/");
  return scope?.startsWith("@") ? `${scope}/${name}` : (scope ?? inside);
}
