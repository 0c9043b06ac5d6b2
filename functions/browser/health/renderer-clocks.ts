import { readFileSync } from "node:fs";

import { readProcessNow } from "../process-group.ts";
import { key, type BrowserProcess } from "./process-table.ts";
import type { RendererClock, RendererClocks } from "./renderer-match.ts";

/** The clocks of these renderers, by `key`; of those that are still there. Synchronous: some 50 µs apiece. */
export function readRendererClocks(renderers: readonly BrowserProcess[]): RendererClocks {
  const clocks = new Map<string, RendererClock>();
  for (const renderer of renderers) {
    // In this order: who sleeps now has brought its thread's time up to date.
    const entry = readProcessNow(renderer.pid);
    if (!entry || key(entry) !== key(renderer)) continue;
    const threadSeconds = readThreadSeconds(renderer.pid);
    clocks.set(key(entry), { threadSeconds, processSeconds: entry.ownCpuSeconds, running: entry.state === "R" });
  }
  return clocks;
}

/** First field of schedstat: nanoseconds on a CPU. Kernels built without it have no such file. */
function readThreadSeconds(pid: number): number | undefined {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/schedstat`, "latin1"), 10) / 1e9;
  } catch {
    return undefined;
  }
}
