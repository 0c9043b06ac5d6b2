import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, truncate, utimes, watch } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import {
  buildChromiumLayer,
  checkUnzippedBudget,
  LAYER_DIRECTORY,
  type LayerPlace,
} from "../../../layers/chromium/build.ts";
import versions from "../../../layers/chromium/versions.json" with { type: "json" };
import { launched } from "../launched.ts";

async function emptyPlace(): Promise<LayerPlace> {
  const root = await mkdtemp(join(tmpdir(), "sublet-test-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return { layerDirectory: join(root, "dist"), buildingDirectory: join(root, "building") };
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test("the running browser has the version that versions.json names", async () => {
  const { browser } = await launched();
  expect(browser.version()).toBe(versions.chromium.version);
});

test("layer and function fit Lambda's limit", async () => {
  await expect(checkUnzippedBudget(LAYER_DIRECTORY, [])).resolves.toContain("unzipped");
});

test("two builds at once give one whole layer and leave nothing else; a third has nothing to do", async () => {
  const place = await emptyPlace();
  const both = await Promise.all([buildChromiumLayer(place), buildChromiumLayer(place)]);
  expect(both.map(({ kind }) => kind)).toEqual(["built", "built"]);
  expect(await readdir(place.layerDirectory)).toEqual(["chromium"]);
  expect(await readdir(place.buildingDirectory)).toEqual([]);

  const { chromiumDir, kind } = await buildChromiumLayer(place);
  expect(kind).toBe("up-to-date");
  // Lambda's user isn't the one that built it: it may read all of it and run the programs.
  const programs = ["", "chromium", "lib", "lib/libnss3.so", "libvk_swiftshader.so"];
  expect(new Set(await Promise.all(programs.map((name) => modeOf(join(chromiumDir, name)))))).toEqual(new Set([0o755]));
  const files = ["fonts.conf", "layer.json", "vk_swiftshader_icd.json"];
  expect(new Set(await Promise.all(files.map((name) => modeOf(join(chromiumDir, name)))))).toEqual(new Set([0o644]));
});

test("a damaged layer is built again: cut short, not executable, a file missing", async () => {
  const place = await emptyPlace();
  const { chromiumDir } = await buildChromiumLayer(place);
  const file = (name: string) => join(chromiumDir, name);
  const damages = [
    () => truncate(file("chromium"), 1_000),
    () => chmod(file("chromium"), 0o644),
    () => rm(file("lib/libnss3.so")),
  ];
  for (const damage of damages) {
    await damage();
    expect((await buildChromiumLayer(place)).kind).toBe("built");
    expect((await buildChromiumLayer(place)).kind).toBe("up-to-date");
  }
  await utimes(file("chromium"), 0, 0);
  expect((await buildChromiumLayer(place)).kind).toBe("up-to-date");
}, 120_000);

test("a build that is killed leaves no layer, and the next one clears up after it", async () => {
  const place = await emptyPlace();
  const module = join(import.meta.dirname, "../../../layers/chromium/build.ts");
  const script = `import(${JSON.stringify(module)}).then(({ buildChromiumLayer }) => buildChromiumLayer(${JSON.stringify(place)}))`;
  await mkdir(place.buildingDirectory, { recursive: true });
  const begun = watch(place.buildingDirectory)[Symbol.asyncIterator]();
  const first = begun.next();
  const child = spawn(process.execPath, ["--eval", script], { stdio: "ignore" });
  const ended = once(child, "exit");
  // The first thing that a build makes is its folder aside.
  await first;
  child.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(await readdir(place.layerDirectory)).toEqual([]);
  expect(await readdir(place.buildingDirectory)).toHaveLength(1);
  expect((await buildChromiumLayer(place)).kind).toBe("built");
  expect(await readdir(place.buildingDirectory)).toEqual([]);
});
