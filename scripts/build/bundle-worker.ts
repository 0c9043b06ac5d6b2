import { cp, mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { build, type Metafile } from "esbuild";

/** Packages that load their own files by path at run time and so can't become part of the bundle. */
export const EXTERNAL_PACKAGES = ["playwright-core"] as const;

/** Bundled packages that read data files beside their own code: in the bundle, that is beside index.mjs. */
const DATA_FILE_PACKAGES = ["fingerprint-generator", "header-generator"];
const DATA_FILES = "data_files";

/** CommonJS packages in an ES module expect these names. */
const BANNER = [
  'import { createRequire as sublet_createRequire } from "node:module";',
  "const require = sublet_createRequire(import.meta.url);",
  "const __filename = import.meta.filename;",
  "const __dirname = import.meta.dirname;",
].join("\n");

/** A bundled package wants a data file that the build doesn't copy: bring DATA_FILE_PACKAGES up to date. */
export class MissingDataFile extends Error {
  override readonly name = "MissingDataFile";
}

/**
 * Bundles the worker with everything that it imports, the AWS SDK too: the version that Lambda brings along changes
 * without notice. Identifiers stay as they are, so that errors stay readable, and so that functions that are sent into a
 * page need nothing from here (`keepNames` would wrap them in a helper of the bundle). The same input gives the same bytes.
 * @param root the repository
 * @param entry relative to the root
 * @param directory becomes /var/task
 */
export async function bundleWorker(root: string, entry: string, directory: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(directory, "index.mjs"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    external: [...EXTERNAL_PACKAGES],
    banner: { js: BANNER },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  });
  await copyDataFiles(root, directory);
  return metafile;
}

async function copyDataFiles(root: string, directory: string): Promise<void> {
  const target = join(directory, DATA_FILES);
  await mkdir(target, { recursive: true });
  for (const name of DATA_FILE_PACKAGES) {
    await cp(join(root, "node_modules", name, DATA_FILES), target, {
      recursive: true,
      force: false,
      errorOnExist: true,
    });
  }
  const bundle = await readFile(join(directory, "index.mjs"), "utf8");
  const copied = new Set(await readdir(target));
  for (const [, file] of bundle.matchAll(/__dirname\}\/data_files\/([\w.-]+)/gu)) {
    if (file !== undefined && !copied.has(file)) {
      throw new MissingDataFile(`the bundle reads ${DATA_FILES}/${file}, which no listed package holds`);
    }
  }
}
