import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";

import type { Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { EXTERNAL_PACKAGES, MissingDataFile, bundleWorker } from "../../scripts/build/bundle-worker.ts";
import { copyPlaywright } from "../../scripts/build/copy-playwright.ts";
import { ROOT } from "./synthesized-stage.ts";

// Inside the project, as the real one is: a source map names sources by their way from the bundle.
mkdirSync(join(ROOT, "dist"), { recursive: true });
const temporary = mkdtempSync(join(ROOT, "dist/.bundle-"));
const first = join(temporary, "first");
const second = join(temporary, "second");
let metafile: Metafile;

beforeAll(async () => {
  for (const directory of [first, second]) {
    metafile = await bundleWorker(ROOT, "functions/worker/handler.ts", directory);
    await copyPlaywright(ROOT, directory);
  }
});
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

describe("the worker's folder", () => {
  it("is the same, byte for byte, whenever it is built", () => {
    expect(digests(first).length).toBeGreaterThan(10);
    expect(digests(second)).toEqual(digests(first));
  });

  it("leaves functions that are sent into a page as they are, without a helper of the bundle in them", () => {
    expect(/\b__name\b/u.exec(readFileSync(join(first, "index.mjs"), "utf8"))).toBeNull();
  });

  it("names no path of the machine that built it", () => {
    const files = ["index.mjs", "index.mjs.map"].map((file) => readFileSync(join(first, file), "utf8"));
    expect(files.map((text) => text.includes(ROOT))).toEqual([false, false]);
  });

  it("takes nothing from the runtime but Node: the AWS SDK is in the bundle", () => {
    const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    const foreign = imported.filter((path) => !path.startsWith("node:") && !builtinModules.includes(path));
    expect(new Set(foreign)).toEqual(new Set(EXTERNAL_PACKAGES));
    expect(Object.keys(metafile.inputs).some((path) => path.includes("node_modules/@aws-sdk/client-sqs/"))).toBe(true);
  });

  it("holds a playwright-core that loads without what was left out of it", () => {
    const script = 'import { chromium } from "playwright-core"; console.log(typeof chromium.connectOverCDP);';
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: first });
    expect(String(printed).trim()).toBe("function");
    expect(readdirSync(join(first, "node_modules/playwright-core"))).not.toContain("types");
  });
});

it("is not built when a bundled package wants a data file that isn't copied", async () => {
  const root = join(temporary, "root");
  const source = mkdtempSync(root);
  symlinkSync(join(ROOT, "node_modules"), join(source, "node_modules"));
  writeFileSync(join(source, "handler.ts"), "console.log(`${__dirname}/data_files/unheard-of.zip`);");
  await expect(bundleWorker(source, "handler.ts", join(source, "out"))).rejects.toThrow(MissingDataFile);
});

function digests(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${relative(directory, path)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`)
    .toSorted();
}
