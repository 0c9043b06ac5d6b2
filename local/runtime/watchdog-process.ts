import { rmSync } from "node:fs";

import { removeCells } from "./cell.ts";
import { killTree } from "./process-tree.ts";

/**
 * Lives beside the local stack and outlives it: when the stack's end of the pipe closes, however it died, no
 * process of a container and no temporary folder stays behind. Started with the folder and the cells' prefix.
 */
const [temporaryRoot, cellPrefix] = process.argv.slice(2);
if (temporaryRoot === undefined || cellPrefix === undefined) throw new Error("usage: watchdog-process.ts ROOT PREFIX");

// A terminal's Ctrl-C and hang-up reach the whole group; the sweep comes after the stack, not with it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.stdin.resume();
process.stdin.once("close", () => {
  void killTree(temporaryRoot).finally(() => {
    rmSync(temporaryRoot, { recursive: true, force: true, maxRetries: 10 });
    removeCells(cellPrefix);
  });
});
