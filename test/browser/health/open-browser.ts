import { systemClock } from "../../../functions/browser/browser-clock.ts";
import { DEFAULT_BROWSER_SETTINGS, type BrowserSettings } from "../../../functions/browser/browser-settings.ts";
import { ProcessTable } from "../../../functions/browser/health/process-table.ts";
import { PooledBrowser } from "../../../functions/browser/pooled-browser.ts";
import type { PooledContext } from "../../../functions/browser/pooled-context.ts";
import { chromiumDir } from "../browser/pool-fixture.ts";
import { launched } from "../launched.ts";

export interface OpenBrowser {
  readonly browser: PooledBrowser;
  readonly contexts: readonly PooledContext[];
  /** The deadlines that it missed. */
  readonly sick: readonly string[];
  /** Finds out whose the renderers are. */
  readonly settle: () => Promise<void>;
}

/** A browser without a pool around it, and leased contexts in it. */
export async function openBrowser(count: number, settings: Partial<BrowserSettings> = {}): Promise<OpenBrowser> {
  const sick: string[] = [];
  const running = await launched();
  const browser = new PooledBrowser({
    id: "browser-1",
    running,
    settings: { ...DEFAULT_BROWSER_SETTINGS, chromiumDir: chromiumDir(), ...settings },
    clock: systemClock,
    random: Math.random,
    onSick: (_browser, reason) => void sick.push(reason),
    onRendererDied: () => {},
  });
  const contexts = await Promise.all(Array.from({ length: count }, () => browser.open("default", () => "leased")));
  const table = new ProcessTable();
  const settle = () => browser.renderers.settle(table.read(new Set([running.pid])).processes);
  return { browser, contexts, sick, settle };
}
