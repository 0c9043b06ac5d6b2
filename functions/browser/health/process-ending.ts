import { setTimeout as delay } from "node:timers/promises";

import { groupEnds, groupMembers, killProcess, readProcessNow } from "../process-group.ts";
import { ProcessTable } from "./process-table.ts";

const POLL_MS = 10;

/**
 * Ends a browser in an order in which each process is reaped by its own parent, as far as Chromium does that: the renderers
 * are killed and the zygote reaps them; then the main process is asked to quit and reaps its helpers. Killed all at once,
 * each would be left to init, which on Lambda may never reap it. Chromium itself reaps no zygote: those two stay zombies
 * wherever init doesn't (measured with an init that reaps nobody and three contexts: 2.7 zombies a browser instead of 7).
 * Does nothing where the main process is gone.
 * @param quit asks it; its answer isn't awaited
 * @returns whether the group is empty within the time
 */
export async function endFromTheLeaves(group: number, withinMs: number, quit: () => void): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  const main = readProcessNow(group);
  if (main && !main.zombie) {
    const { processes } = new ProcessTable().read(new Set([group]));
    const renderers = processes.filter(({ type }) => type === "renderer");
    for (const renderer of renderers) killProcess(renderer);
    const pids = new Set(renderers.map(({ pid }) => pid));
    // Half of the time is the zygote's; one that is stopped or swamped reaps nobody.
    while (performance.now() < endMs - withinMs / 2) {
      if (!groupMembers(group).some(({ pid }) => pids.has(pid))) break;
      await delay(POLL_MS);
    }
  }
  quit();
  return main !== undefined && !main.zombie && groupEnds(group, Math.max(0, endMs - performance.now()));
}
