import { createHash } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { checkUnzippedBudget } from "./budget.ts";
import { addFonts, fontInputs, FONTS_CONF } from "./fonts.ts";
import { BROWSER_FOLDER, BUILDING_DIRECTORY, LAYER_DIRECTORY } from "./layer-paths.ts";
import { replaceFolder } from "./replace-folder.ts";
import { isUpToDate, writeStamp, type LayerInputs } from "./stamp.ts";
import { unpackFolder, unpackProgram } from "./unpack.ts";

export { checkUnzippedBudget } from "./budget.ts";
export { LAYER_DIRECTORY } from "./layer-paths.ts";

const WORKER_DIRECTORY = join(import.meta.dirname, "../../dist/functions/worker");
const ARCHIVES = ["chromium.br", "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"] as const;

export interface LayerBuild {
  /** `SUBLET_CHROMIUM_DIR` for a browser of this layer. */
  readonly chromiumDir: string;
  readonly kind: "built" | "up-to-date";
}

export interface LayerPlace {
  readonly layerDirectory: string;
  readonly buildingDirectory: string;
}

const HERE: LayerPlace = { layerDirectory: LAYER_DIRECTORY, buildingDirectory: BUILDING_DIRECTORY };

/**
 * Unpacks Chromium, its libraries and its fonts into the layer's root. Does nothing when the layer there was made from
 * the same inputs and is whole. An interrupted build leaves no layer; two at once give one.
 */
export async function buildChromiumLayer(place: LayerPlace = HERE): Promise<LayerBuild> {
  const { layerDirectory, buildingDirectory } = place;
  const chromiumDir = join(layerDirectory, BROWSER_FOLDER);
  const archives = archivesDirectory();
  const inputs = await layerInputs(archives);
  const good = () => isUpToDate(chromiumDir, inputs);
  if (await good()) return { chromiumDir, kind: "up-to-date" };
  await mkdir(layerDirectory, { recursive: true });
  const make = async (directory: string) => {
    await unpackChromium(archives, directory);
    await writeStamp(directory, inputs);
  };
  await replaceFolder(chromiumDir, buildingDirectory, make, good);
  return { chromiumDir, kind: "built" };
}

async function unpackChromium(archives: string, directory: string): Promise<void> {
  await Promise.all([
    unpackProgram(join(archives, "chromium.br"), join(directory, "chromium")),
    unpackFolder(join(archives, "al2023.tar.br"), directory),
    unpackFolder(join(archives, "swiftshader.tar.br"), directory),
    unpackFolder(join(archives, "fonts.tar.br"), directory),
  ]);
  await addFonts(directory);
}

async function layerInputs(archives: string): Promise<LayerInputs> {
  const { version } = JSON.parse(await readFile(join(archives, "../package.json"), "utf8")) as { version: string };
  const bytes = await Promise.all(
    ARCHIVES.map(async (name) => [name, (await stat(join(archives, name))).size] as const),
  );
  return {
    "@sparticuz/chromium": version,
    ...Object.fromEntries(bytes),
    ...(await fontInputs()),
    "fonts.conf": sha256(FONTS_CONF),
  };
}

/** The package exports no path of its archives: they lie beside its entry's folder. */
function archivesDirectory(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

if (import.meta.main) {
  const { kind } = await buildChromiumLayer();
  console.log(`Chromium's layer: ${kind}. ${await checkUnzippedBudget(LAYER_DIRECTORY, [WORKER_DIRECTORY])}`);
}
