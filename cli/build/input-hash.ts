import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** What the built worker, the layer and the templates are made from. */
const INPUTS = ["functions", "infra", "layers/chromium", "scripts", "package-lock.json", "cdk.json"];
/** Made, not written. */
const OUTPUT_FOLDERS = new Set(["dist", "node_modules"]);

/** A hash over names and contents of all inputs of the build. */
export async function inputHash(root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const input of INPUTS) {
    for (const file of await filesBelow(join(root, input))) {
      hash.update(relative(root, file).split(sep).join("/")).update("\0");
      hash.update(await readFile(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

async function filesBelow(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const nested = entries
      .filter(({ name }) => !OUTPUT_FOLDERS.has(name) && !name.startsWith("."))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map((entry) =>
        entry.isDirectory() ? filesBelow(join(path, entry.name)) : Promise.resolve([join(path, entry.name)]),
      );
    return (await Promise.all(nested)).flat();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [path];
    throw error;
  }
}
