import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import decompress from "woff2-encoder/decompress";

interface FontSource {
  readonly family: string;
  readonly package: string;
  /** Which of the package's files, as TrueType or OpenType, or packed as WOFF2. */
  readonly files: RegExp;
}

/**
 * What Open Sans, the only font in @sparticuz/chromium, has no glyphs for: Chinese and Japanese, Korean, emoji, and the
 * newer currency signs with Devanagari. All under the SIL Open Font License 1.1, whose text is copied beside them.
 *
 * One file for each family where there is one: Chromium asks fontconfig for each family that a page names, and fontconfig
 * goes through all files each time. The same glyphs in 225 slices cost 0.2 CPU-s a job, a third of all (measured).
 */
const ADDED_FONTS: readonly FontSource[] = [
  {
    family: "Noto Sans",
    package: "@fontsource-variable/noto-sans",
    files: /-(?:latin-ext|devanagari)-wght-normal\.woff2$/u,
  },
  { family: "Noto Sans SC", package: "@embedpdf/fonts-sc", files: /-Regular\.otf$/u },
  { family: "Noto Sans KR", package: "@embedpdf/fonts-kr", files: /-Regular\.otf$/u },
  { family: "Noto Emoji", package: "@fontsource-variable/noto-emoji", files: /-wght-normal\.woff2$/u },
];

/**
 * The package's own fonts.conf names /opt/fonts and the like. This one names the folder beside itself, so that the same
 * layer works wherever it lies, and keeps its cache in the browser's own HOME.
 */
export const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** Package and version of each added font. */
export async function fontInputs(): Promise<Readonly<Record<string, string>>> {
  const versions = ADDED_FONTS.map(async ({ package: name }) => {
    const { version } = JSON.parse(await readFile(join(folderOf(name), "package.json"), "utf8")) as { version: string };
    return [name, version] as const;
  });
  return Object.fromEntries(await Promise.all(versions));
}

/** Writes fonts.conf and the added fonts into the browser's folder. */
export async function addFonts(directory: string): Promise<void> {
  await writeFile(join(directory, "fonts.conf"), FONTS_CONF);
  // One after the other: the decoder is one WebAssembly instance.
  for (const source of ADDED_FONTS) await addFont(directory, source);
}

async function addFont(directory: string, { family, package: name, files }: FontSource): Promise<void> {
  const from = folderOf(name);
  const target = join(directory, "fonts", family.replaceAll(" ", "_"));
  await mkdir(target, { recursive: true });
  await copyFile(join(from, "LICENSE"), join(target, "LICENSE"));
  const all = await readdir(from, { recursive: true });
  for (const file of all.filter((path) => files.test(path))) {
    const font = await readFile(join(from, file));
    const named = join(target, basename(file));
    // Chromium's fontconfig reads no WOFF2.
    if (file.endsWith(".woff2")) await writeFile(named.replace(/woff2$/u, "ttf"), await decompress(font));
    else await writeFile(named, font);
  }
}

function folderOf(name: string): string {
  // Not by resolution: a package may not export its package.json.
  return join(import.meta.dirname, "../../node_modules", name);
}
