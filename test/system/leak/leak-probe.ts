import { spawn } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { HEAP_SIGNAL, LEAK_SIGNAL, SEEDED } from "./seeded-leak.ts";

/**
 * Loaded into a function's process before its handler. At one signal it collects garbage and tells what the heap holds; at
 * the other one it leaks, for good, a little of everything.
 */
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const kept: unknown[] = [];

process.on(HEAP_SIGNAL, () => {
  // What the first leaves to finalizers goes with the second.
  collectGarbage();
  collectGarbage();
  const { heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ probe: "heap", pid: process.pid, heapBytes: heapUsed })}\n`);
});

process.on(LEAK_SIGNAL, () => {
  kept.push(Array.from({ length: (SEEDED.heapMiB * 2 ** 20) / 8 }, (_, index) => index + 0.5));
  kept.push(Buffer.alloc(SEEDED.pssMiB * 2 ** 20, 1));
  for (let count = 0; count < SEEDED.handles; count += 1) openSync(process.execPath, "r");
  for (let count = 0; count < SEEDED.processes; count += 1) spawn("/bin/sleep", ["600"], { stdio: "ignore" }).unref();
  for (let count = 0; count < SEEDED.tempEntries; count += 1) {
    const bytes = (SEEDED.tempMiB * 2 ** 20) / SEEDED.tempEntries;
    writeFileSync(join(tmpdir(), `leaked-${count}`), Buffer.alloc(bytes));
  }
  process.stdout.write(`${JSON.stringify({ probe: "leak", pid: process.pid })}\n`);
});
