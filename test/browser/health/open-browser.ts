import { systemClock } from "../../../functions/browser/browser-clock.ts";
import { DEFAULT_BROWSER_SETTINGS } from "../../../functions/browser/browser-settings.ts";
import { ProcessTable } from "../../../functions/browser/health/process-table.ts";
import { PooledBrowser } from "../../../functions/browser/pooled-browser.ts";
import type { PooledContext } from "../../../functions/browser/pooled-context.ts";
import { chromiumDir } from "../browser/pool-fixture.ts";
import { launched } from "../launched.ts";

export interface OpenBrowser {
  readonly browser: PooledBrowser;
  readonly contexts: readonly PooledContext[];
  /** Finds out whose the renderers are. */
  readonly settle: () => Promise<void>;
}

/** A browser without a pool around it, and leased contexts in it. */
export async function openBrowser(count: number): Promise<OpenBrowser> {
  const running = await launched();
  const browser = new PooledBrowser({
    id: "browser-1",
    running,
    settings: { ...DEFAULT_BROWSER_SETTINGS, chromiumDir: chromiumDir() },
    clock: systemClock,
    random: Math.random,
    onSick: () => {},
    onRendererDied: () => {},
  });
  const contexts = await Promise.all(Array.from({ length: count }, () => browser.open("default", () => "leased")));
  const table = new ProcessTable();
  const settle = () => browser.renderers.settle(table.read(new Set([running.pid])).processes);
  return { browser, contexts, settle };
}
