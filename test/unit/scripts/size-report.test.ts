import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Metafile } from "esbuild";
import { expect, it } from "vitest";

import { bytesByPackage, describeBundle, directoryBytes } from "../../../scripts/build/size-report.ts";

const metafile = {
  inputs: {},
  outputs: {
    "out/index.mjs": {
      bytes: 60,
      exports: [],
      imports: [],
      inputs: {
        "functions/worker/handler.ts": { bytesInOutput: 10 },
        "functions/core/job/job.ts": { bytesInOutput: 5 },
        "node_modules/zod/index.js": { bytesInOutput: 20 },
        "node_modules/@aws-sdk/core/index.js": { bytesInOutput: 2 },
        "node_modules/a/node_modules/zod/index.js": { bytesInOutput: 1 },
      },
    },
  },
} satisfies Metafile;

it("counts a bundle by package, scopes and nested copies included", () => {
  expect(bytesByPackage(metafile)).toEqual([
    ["zod", 21],
    ["sublet", 15],
    ["@aws-sdk/core", 2],
  ]);
});

it("shows the largest parts and sums up the rest", () => {
  const lines = describeBundle(metafile, 1).split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/zod$/u);
  expect(lines[1]).toMatch(/2 more$/u);
});

it("adds up every file under a folder", async () => {
  const root = mkdtempSync(join(tmpdir(), "sublet-size-"));
  try {
    mkdirSync(join(root, "deep/er"), { recursive: true });
    writeFileSync(join(root, "a"), "12345");
    writeFileSync(join(root, "deep/er/b"), "123");
    expect(await directoryBytes(root)).toBe(8);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
