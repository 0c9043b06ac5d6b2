import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import versions from "../../../layers/chromium/versions.json" with { type: "json" };

const MODULES = join(import.meta.dirname, "../../../node_modules");

async function readPackageFile<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(MODULES, path), "utf8")) as T;
}

/** The copied versions against what is installed. When this fails, pair them anew: change versions.json, run the browser tests. */
test("versions.json names the installed playwright-core, the Chromium it is made for, and the installed Chromium package", async () => {
  const { playwrightCore, chromium } = versions;
  const playwright = await readPackageFile<{ version: string }>("playwright-core/package.json");
  const { browsers } = await readPackageFile<{ browsers: { name: string; browserVersion: string }[] }>(
    "playwright-core/browsers.json",
  );
  const packaged = await readPackageFile<{ version: string }>(`${chromium.package}/package.json`);
  expect({
    playwright: playwright.version,
    madeFor: browsers.find(({ name }) => name === "chromium-headless-shell")?.browserVersion,
    packaged: packaged.version,
  }).toEqual({
    playwright: playwrightCore.version,
    madeFor: playwrightCore.madeFor,
    packaged: chromium.packageVersion,
  });
});
