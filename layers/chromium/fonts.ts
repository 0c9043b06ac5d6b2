import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import decompress from "woff2-encoder/decompress";

const require = createRequire(import.meta.url);

interface FontSource {
  readonly family: string;
  /** Path of the package's package.json. */
  readonly package: string;
  /** Which of the package's slices, each a variable font of a part of the characters. */
  readonly slices: RegExp;
}

/**
 * What Open Sans, the only font in @sparticuz/chromium, has no glyphs for: Chinese and Japanese, Korean, emoji, and the
 * newer currency signs with Devanagari. All under the SIL Open Font License 1.1, whose text is copied beside them.
 */
const ADDED_FONTS: readonly FontSource[] = [
  {
    family: "Noto Sans",
    package: require.resolve("@fontsource-variable/noto-sans/package.json"),
    slices: /-(?:latin-ext|devanagari)-wght-normal\.woff2$/u,
  },
  {
    family: "Noto Sans SC",
    package: require.resolve("@fontsource-variable/noto-sans-sc/package.json"),
    slices: /-wght-normal\.woff2$/u,
  },
  {
    family: "Noto Sans KR",
    package: require.resolve("@fontsource-variable/noto-sans-kr/package.json"),
    slices: /-wght-normal\.woff2$/u,
  },
  {
    family: "Noto Emoji",
    package: require.resolve("@fontsource-variable/noto-emoji/package.json"),
    slices: /-wght-normal\.woff2$/u,
  },
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

/** Family and version of each added font. */
export async function fontInputs(): Promise<Readonly<Record<string, string>>> {
  const versions = ADDED_FONTS.map(async ({ family, package: path }) => {
    const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
    return [family, version] as const;
  });
  return Object.fromEntries(await Promise.all(versions));
}

/** Writes fonts.conf and the added fonts into the browser's folder. */
export async function addFonts(directory: string): Promise<void> {
  await writeFile(join(directory, "fonts.conf"), FONTS_CONF);
  // One after the other: the decoder is one WebAssembly instance.
  for (const source of ADDED_FONTS) await addFont(directory, source);
}

async function addFont(directory: string, { family, package: path, slices }: FontSource): Promise<void> {
  const from = dirname(path);
  const target = join(directory, "fonts", family.replaceAll(" ", "_"));
  await mkdir(target, { recursive: true });
  await copyFile(join(from, "LICENSE"), join(target, "LICENSE"));
  const files = (await readdir(join(from, "files"))).filter((file) => slices.test(file));
  for (const file of files) {
    // Chromium's fontconfig reads no WOFF2.
    const font = await decompress(await readFile(join(from, "files", file)));
    await writeFile(join(target, file.replace(/woff2$/u, "ttf")), font);
  }
}
