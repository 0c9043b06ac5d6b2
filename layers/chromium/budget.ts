import { relative } from "node:path";

import { contentsOf, unzippedBytes } from "./contents.ts";

/**
 * "Deployment package (.zip file archive) size: 250 MB, the maximum size of the contents of a deployment package,
 * including layers, unzipped". https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, 2026-11-21.
 */
export const UNZIPPED_LIMIT_BYTES = 250 * 1_024 * 1_024;

const NAMED_FILES = 5;

/** Lambda would refuse this function: its folders and the layer are too large together. Make one of them smaller. */
export class UnzippedBudgetExceeded extends Error {
  override readonly name = "UnzippedBudgetExceeded";
}

/**
 * Holds layer and function folders, unzipped, against Lambda's limit. A function folder that doesn't exist counts 0.
 * @returns one line with the sizes
 * @throws UnzippedBudgetExceeded naming each folder's size and the largest files
 */
export async function checkUnzippedBudget(
  layerDirectory: string,
  functionDirectories: readonly string[],
  limitBytes = UNZIPPED_LIMIT_BYTES,
): Promise<string> {
  const layerBytes = await unzippedBytes(layerDirectory);
  const functions = await Promise.all(
    functionDirectories.map(async (directory) => ({ directory, bytes: await unzippedBytes(directory) })),
  );
  // Each function is deployed apart and counts with the layer alone.
  const largest = functions.toSorted((a, b) => b.bytes - a.bytes)[0] ?? { directory: "no function", bytes: 0 };
  const totalBytes = layerBytes + largest.bytes;
  const sizes = `layer ${megabytes(layerBytes)} + ${shown(largest.directory)} ${megabytes(largest.bytes)} = ${megabytes(totalBytes)} of ${megabytes(limitBytes)} unzipped`;
  if (totalBytes <= limitBytes) return sizes;
  throw new UnzippedBudgetExceeded(
    `${sizes}: ${megabytes(totalBytes - limitBytes)} too much. Largest files: ${await largestFiles([layerDirectory, largest.directory])}`,
  );
}

async function largestFiles(directories: readonly string[]): Promise<string> {
  const all = await Promise.all(directories.map(async (directory) => [...(await contentsOf(directory))]));
  const largest = all.flat().toSorted(([, a], [, b]) => b.bytes - a.bytes);
  const named = largest.slice(0, NAMED_FILES).map(([path, { bytes }]) => `${path} ${megabytes(bytes)}`);
  return named.join(", ");
}

/** Lambda's MB: 1,048,576 bytes. */
function megabytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MiB`;
}

function shown(directory: string): string {
  return relative(process.cwd(), directory) || directory;
}
