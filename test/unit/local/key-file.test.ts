import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { openKeyFile } from "../../../local/emulators/key-file.ts";
import { NotPossibleHere } from "../../../local/not-possible-here.ts";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "key-file-"));
  path = join(directory, "deeper", "master.key");
});

afterEach(() => rm(directory, { recursive: true }));

test("makes a key that its owner alone may read, and opens the same one again", async () => {
  const key = await openKeyFile(path);
  expect(key).toHaveLength(32);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await openKeyFile(path)).toEqual(key);
  expect(await readdir(join(directory, "deeper"))).toEqual(["master.key"]);
});

test("many at once open one key", async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => openKeyFile(path)));
  expect(new Set(keys.map((key) => key.toString("hex"))).size).toBe(1);
});

test.each([0o640, 0o604, 0o620, 0o601])("mode %o is refused, with the command that mends it", async (mode) => {
  await openKeyFile(path);
  await chmod(path, mode);
  await expect(openKeyFile(path)).rejects.toThrow(NotPossibleHere);
  await expect(openKeyFile(path)).rejects.toThrow(`chmod 600 ${path}`);
});

test("a link is refused, even to a good key", async () => {
  await openKeyFile(path);
  const link = join(directory, "link.key");
  await symlink(path, link);
  await expect(openKeyFile(link)).rejects.toThrow("is a link");
});

test.each([
  ["a folder", "."],
  ["something else", "other.key"],
])("%s is refused", async (_what, name) => {
  await writeFile(join(directory, "other.key"), "not a key", { mode: 0o600 });
  await expect(openKeyFile(join(directory, name))).rejects.toThrow(NotPossibleHere);
});
