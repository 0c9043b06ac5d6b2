import { createBrowserPool, type BrowserPool } from "../../functions/browser/browser-pool.ts";
import { DEFAULT_BROWSER_SETTINGS } from "../../functions/browser/browser-settings.ts";
import type { ResourcePolicy } from "../../functions/core/job/resource-policy.ts";
import { quietLog } from "./quiet-log.ts";
import type { PageSource } from "./page-source.ts";

export interface PoolOptions {
  readonly chromiumDir: string;
  readonly tempDir: string;
  /** @default what the pool keeps ready by default */
  readonly pristine?: number;
}

/** The pool of the worker, with its default settings. */
export function openPool({ chromiumDir, tempDir, pristine }: PoolOptions): BrowserPool {
  return createBrowserPool({
    settings: {
      ...DEFAULT_BROWSER_SETTINGS,
      chromiumDir,
      tempDir,
      ...(pristine === undefined ? {} : { pristine: { default: pristine, stealth: 0, mobile: 0 } }),
    },
    log: quietLog,
    random: Math.random,
  });
}

export function pooledPages(pool: BrowserPool, resources: ResourcePolicy): PageSource {
  return {
    open: async () => {
      const lease = await pool.leaseContext({ profile: "default", resources, signal: new AbortController().signal });
      return { page: lease.page, allocation: lease.allocation, release: () => lease.release() };
    },
    close: () => pool.close(),
  };
}
