import { existsSync } from "node:fs";
import { join } from "node:path";

import type { FleetAssets } from "./sublet-fleet-stack.ts";

/** Something to upload isn't there: run `npm run build`. */
export class NotBuilt extends Error {
  override readonly name = "NotBuilt";
}

/** The folders that the build writes. Throws `NotBuilt` when one of them is missing. */
export function builtAssets(root: string): FleetAssets {
  return {
    worker: built(join(root, "dist/functions/worker"), "index.mjs"),
    layer: built(join(root, "layers/chromium/dist"), "chromium/chromium"),
  };
}

function built(directory: string, file: string): string {
  if (existsSync(join(directory, file))) return directory;
  throw new NotBuilt(`${join(directory, file)} is missing: run "npm run build" first`);
}
