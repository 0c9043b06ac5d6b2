import { readFile } from "node:fs/promises";

import type { BrowserSettings } from "../browser-settings.ts";
import type { BrowserSuccession } from "../browser-succession.ts";
import { heardAtMs } from "../cdp/steering.ts";
import { ping } from "../ping.ts";
import type { PooledBrowser } from "../pooled-browser.ts";
import type { HealthRound } from "./health-watch.ts";

/** One may be a busy moment. */
const MISSES_IN_A_ROW = 2;

/**
 * Finds browsers that answer nothing, and has them killed: their leases would wait for their own deadlines otherwise. One
 * round trip for each browser and look.
 */
export class HungBrowserRound implements HealthRound {
  readonly name = "browser ping";
  readonly everyMs: number;
  readonly #settings: Pick<BrowserSettings, "pingDeadlineMs">;
  readonly #launched: BrowserSuccession;
  readonly #misses = new WeakMap<PooledBrowser, number>();

  constructor(settings: Pick<BrowserSettings, "pingDeadlineMs" | "pingEveryMs">, launched: BrowserSuccession) {
    this.everyMs = settings.pingEveryMs;
    this.#settings = settings;
    this.#launched = launched;
  }

  async look(): Promise<void> {
    await Promise.all([...this.#launched.browsers].map((browser) => this.#lookAt(browser)));
  }

  async #lookAt(browser: PooledBrowser): Promise<void> {
    try {
      await ping(browser, this.#settings.pingDeadlineMs);
      this.#misses.delete(browser);
    } catch (error) {
      // A connection that has ended tells its own story, and sooner. Who still talks is busy, and its answer in the queue.
      if (!browser.running.browser.isConnected() || this.#talks(browser)) return;
      const misses = (this.#misses.get(browser) ?? 0) + 1;
      this.#misses.set(browser, misses);
      const { pid } = browser.running;
      const stopped = pid !== undefined && (await isStopped(pid));
      if (misses < MISSES_IN_A_ROW && !stopped) return;
      const detail = error instanceof Error ? error.message : String(error);
      this.#launched.kill(browser, stopped ? `${detail}: its process is stopped` : detail);
    }
  }

  #talks({ running }: PooledBrowser): boolean {
    const heard = heardAtMs(running.browser);
    return heard !== undefined && performance.now() - heard < this.#settings.pingDeadlineMs / 2;
  }
}

/** By the state in `/proc/PID/stat`: stopped by a signal, or by a debugger. It comes after the name, which ends with `)`. */
async function isStopped(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return /\) [Tt] /u.test(stat.slice(stat.lastIndexOf(")")));
}
