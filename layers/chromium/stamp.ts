import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { contentsOf, type FileEntry } from "./contents.ts";

const STAMP = "layer.json";

/** What a build was made from. Equal inputs give an equal layer. */
export type LayerInputs = Readonly<Record<string, string | number>>;

interface Stamp {
  readonly inputs: LayerInputs;
  readonly files: Readonly<Record<string, FileEntry>>;
}

/** Written last: a folder with a stamp was whole when it was finished. */
export async function writeStamp(directory: string, inputs: LayerInputs): Promise<void> {
  const stamp: Stamp = { inputs, files: await filesWithoutStamp(directory) };
  await writeFile(join(directory, STAMP), `${JSON.stringify(stamp, null, 2)}\n`);
}

/** True when the folder was made from these inputs and each file still has its size and its executable bit. */
export async function isUpToDate(directory: string, inputs: LayerInputs): Promise<boolean> {
  const stamp = await readStamp(directory);
  return stamp !== undefined && isDeepStrictEqual(stamp, { inputs, files: await filesWithoutStamp(directory) });
}

async function readStamp(directory: string): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, STAMP), "utf8")) as Stamp;
  } catch {
    return undefined;
  }
}

async function filesWithoutStamp(directory: string): Promise<Record<string, FileEntry>> {
  const { [STAMP]: _stamp, ...files } = Object.fromEntries(await contentsOf(directory));
  return files;
}
