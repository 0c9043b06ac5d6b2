import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { checkUnzippedBudget, UNZIPPED_LIMIT_BYTES, UnzippedBudgetExceeded } from "../../../layers/chromium/budget.ts";

/** Folders with one file each of this size. They hold nothing: only their length is counted. */
async function folders(sizes: Readonly<Record<string, number>>): Promise<Readonly<Record<string, string>>> {
  const root = await mkdtemp(join(tmpdir(), "sublet-test-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const made = Object.entries(sizes).map(async ([name, bytes]) => {
    const file = join(root, name, "deep", `${name}.bin`);
    await mkdir(join(root, name, "deep"), { recursive: true });
    await writeFile(file, "");
    await truncate(file, bytes);
    return [name, join(root, name)] as const;
  });
  return Object.fromEntries(await Promise.all(made));
}

test("Lambda's limit is 262,144,000 bytes: a function and the layer may fill it to the last", async () => {
  expect(UNZIPPED_LIMIT_BYTES).toBe(262_144_000);
  const { layer = "", worker = "" } = await folders({ layer: 200_000_000, worker: 62_144_000 });
  expect(await checkUnzippedBudget(layer, [worker])).toContain("= 250.0 MiB of 250.0 MiB unzipped");
});

test("one byte more fails the build and names the sizes and the largest files", async () => {
  const { layer = "", worker = "" } = await folders({ layer: 200_000_000, worker: 62_144_001 });
  const error = await checkUnzippedBudget(layer, [worker]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnzippedBudgetExceeded);
  expect((error as Error).message).toMatch(
    /layer 190\.7 MiB \+ .*worker 59\.3 MiB .* Largest files: deep\/layer\.bin 190\.7 MiB/u,
  );
});

test("each function counts with the layer alone, and one that isn't built counts nothing", async () => {
  const { layer = "", worker = "", scheduler = "" } = await folders({ layer: 60, worker: 30, scheduler: 40 });
  expect(await checkUnzippedBudget(layer, [worker, scheduler, join(layer, "absent")], 100)).toContain("scheduler");
  await expect(checkUnzippedBudget(layer, [worker, scheduler], 99)).rejects.toThrow(UnzippedBudgetExceeded);
});
