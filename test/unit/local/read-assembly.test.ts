import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { readAssembly } from "../../../local/assembly/read-assembly.ts";

async function assembly(files: Record<string, unknown>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "read-assembly-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), JSON.stringify(content));
  return directory;
}

const stack = (file: string, dependencies: readonly string[], more: object = {}) => ({
  type: "aws:cloudformation:stack",
  environment: "aws://unknown-account/unknown-region",
  properties: { templateFile: file },
  dependencies,
  ...more,
});

test("stacks come in the order of deployment, with their assets by S3 key", async () => {
  const directory = await assembly({
    "manifest.json": {
      artifacts: {
        A: stack("A.json", ["B", "A.assets"]),
        "A.assets": { type: "cdk:asset-manifest", properties: { file: "A.assets.json" } },
        B: stack("B.json", [], {
          environment: "aws://123/eu-west-1",
          properties: { templateFile: "B.json", stackName: "Bee" },
        }),
        Tree: { type: "cdk:tree" },
      },
    },
    "A.json": { Resources: {} },
    "B.json": { Outputs: {} },
    "A.assets.json": {
      files: { h: { source: { path: "asset.h" }, destinations: { d: { bucketName: "b", objectKey: "h.zip" } } } },
    },
  });
  const stacks = await readAssembly(directory);
  expect(stacks.map(({ name, region }) => [name, region])).toEqual([
    ["Bee", "eu-west-1"],
    ["A", undefined],
  ]);
  expect(stacks[1]?.assets).toEqual(new Map([["h.zip", join(directory, "asset.h")]]));
});

test("a nested assembly is refused by name, and a folder without a manifest says what to run", async () => {
  const nested = await assembly({ "manifest.json": { artifacts: { Prod: { type: "cdk:cloud-assembly" } } } });
  await expect(readAssembly(nested)).rejects.toThrow("Prod: (assembly) (cdk:cloud-assembly): is not interpreted");
  await expect(readAssembly(await assembly({}))).rejects.toThrow("Run `npx cdk synth` first");
});
