import { cp } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/**
 * What of playwright-core a worker never loads: types, command line, and the pages of trace viewer, recorder and
 * dashboard. Everything that its two bundles may require stays.
 */
const LEFT_OUT = [
  "types",
  "bin",
  "cli.js",
  "README.md",
  "lib/vite",
  "lib/tools",
  "lib/entry",
  "lib/server/electron",
  "lib/xdg-open",
];

/** Copies what runs on Lambda of playwright-core to `directory`/node_modules. */
export async function copyPlaywright(root: string, directory: string): Promise<void> {
  const source = join(root, "node_modules/playwright-core");
  await cp(source, join(directory, "node_modules/playwright-core"), {
    recursive: true,
    filter: (path) => !isLeftOut(relative(source, path).split(sep).join("/")),
  });
}

function isLeftOut(path: string): boolean {
  return path.endsWith(".d.ts") || LEFT_OUT.some((out) => path === out || path.startsWith(`${out}/`));
}
