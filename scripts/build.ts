import { chmod, mkdtemp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { LAYER_DIRECTORY, buildChromiumLayer, checkUnzippedBudget } from "../layers/chromium/build.ts";
import { bundleWorker } from "./build/bundle-worker.ts";
import { copyPlaywright } from "./build/copy-playwright.ts";
import { describeBundle, directoryBytes, mebibytes } from "./build/size-report.ts";
import { generateRegistry } from "./generate-registry.ts";

const ROOT = dirname(import.meta.dirname);
const WORKER_ENTRY = "functions/worker/handler.ts";
const WORKER_DIRECTORY = join(ROOT, "dist/functions/worker");

/**
 * Builds what is deployed: the strategy registry, the worker's folder and the Chromium layer. Safe to repeat; the same
 * input gives the same bytes, so that unchanged code deploys nothing. Throws when function and layer together pass
 * Lambda's limit.
 */
export async function build(): Promise<void> {
  await generateRegistry();
  const metafile = await buildWorker();
  await buildChromiumLayer();
  const budget = await checkUnzippedBudget(LAYER_DIRECTORY, [WORKER_DIRECTORY]);
  console.log(
    `worker  ${mebibytes(await directoryBytes(WORKER_DIRECTORY))}, in its bundle:\n${describeBundle(metafile)}`,
  );
  console.log(budget);
}

/** Built aside and swapped in whole, so that a reader never sees half a folder. */
async function buildWorker() {
  const parent = dirname(WORKER_DIRECTORY);
  await mkdir(parent, { recursive: true });
  const aside = await mkdtemp(join(parent, ".worker-"));
  try {
    const metafile = await bundleWorker(ROOT, WORKER_ENTRY, aside);
    await copyPlaywright(ROOT, aside);
    await chmod(aside, 0o755);
    await rm(WORKER_DIRECTORY, { recursive: true, force: true });
    await rename(aside, WORKER_DIRECTORY);
    return metafile;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    // esbuild has shown the places already; a stack through the build itself would bury them.
    console.error(`build failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
