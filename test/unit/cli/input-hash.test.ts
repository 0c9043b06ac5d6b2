import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { inputHash } from "../../../cli/build/input-hash.ts";

test("changes with a source's name and content, and not with what the build makes", async () => {
  const root = await mkdtemp(join(tmpdir(), "input-hash-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const folder of ["functions/core", "infra", "layers/chromium/dist", "scripts"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const file of ["package-lock.json", "cdk.json", "functions/core/a.ts"]) await writeFile(join(root, file), "1");
  const first = await inputHash(root);
  await writeFile(join(root, "layers/chromium/dist/chromium"), "made");
  expect(await inputHash(root)).toBe(first);
  await writeFile(join(root, "functions/core/a.ts"), "2");
  const second = await inputHash(root);
  expect(second).not.toBe(first);
  await writeFile(join(root, "functions/core/b.ts"), "");
  expect(await inputHash(root)).not.toBe(second);
});
