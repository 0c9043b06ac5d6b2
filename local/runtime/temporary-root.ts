import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { nodeBinary } from "./node-binary.ts";

/** The folder that all containers of one local stack have their own temporary folders in. */
export interface TemporaryRoot {
  readonly path: string;
  /** Ends what still runs in it and removes it. */
  close(): Promise<void>;
}

/** Makes the folder, and starts the watchdog that clears it up even when this process is killed. */
export async function openTemporaryRoot(): Promise<TemporaryRoot> {
  // Short: Chromium puts sockets below it, whose paths may have 107 characters.
  const path = await mkdtemp(join(tmpdir(), "sublet-"));
  const script = fileURLToPath(new URL("watchdog-process.ts", import.meta.url));
  const watchdog = spawn(nodeBinary(), [script, path, cellPrefix(path)], {
    stdio: ["pipe", "ignore", "inherit"],
    detached: true,
    env: {},
  });
  const ended = once(watchdog, "exit");
  return {
    path,
    close: async () => {
      watchdog.stdin.end();
      await ended;
    },
  };
}

/** Cells of one local stack begin with its folder's name. */
export function cellPrefix(temporaryRoot: string): string {
  return basename(temporaryRoot);
}
