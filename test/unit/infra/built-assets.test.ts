import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { NotBuilt, builtAssets } from "../../../infra/built-assets.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sublet-built-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), "");
}

describe("builtAssets", () => {
  it("says which file is missing and what to run", () => {
    write("layers/chromium/dist/chromium/chromium");
    expect(() => builtAssets(root)).toThrow(NotBuilt);
    expect(() => builtAssets(root)).toThrow(
      /dist\/functions\/worker\/index\.mjs is missing: run "npm run build" first/u,
    );
  });

  it("gives the folders to upload", () => {
    write("layers/chromium/dist/chromium/chromium");
    write("dist/functions/worker/index.mjs");
    expect(builtAssets(root)).toEqual({
      worker: join(root, "dist/functions/worker"),
      layer: join(root, "layers/chromium/dist"),
    });
  });
});
