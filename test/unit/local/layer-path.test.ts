import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { layerPath } from "../../../local/runtime/layer-path.ts";

test("a path below /opt is the last layer's that holds it; others stay, and nobody's is undefined", async () => {
  const root = await mkdtemp(join(tmpdir(), "layer-path-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, "one/tool"), { recursive: true });
  await mkdir(join(root, "two/tool"), { recursive: true });
  const layers = [join(root, "one"), join(root, "two"), join(root, "three")];
  expect(layerPath("/opt/tool", layers)).toBe(join(root, "two/tool"));
  expect(layerPath("/optional", layers)).toBe("/optional");
  expect(layerPath("https://shop/opt/tool", layers)).toBe("https://shop/opt/tool");
  expect(layerPath("/opt/other", layers)).toBeUndefined();
});
