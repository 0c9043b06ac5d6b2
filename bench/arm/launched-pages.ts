import { launchChromium } from "../../functions/browser/launch.ts";
import { openContext } from "../../functions/browser/open-context.ts";
import { applyResourcePolicy } from "../../functions/browser/resource-blocking.ts";
import { DEFAULT_BROWSER_SETTINGS } from "../../functions/browser/browser-settings.ts";
import type { ResourcePolicy } from "../../functions/core/job/resource-policy.ts";
import type { PageSource } from "./page-source.ts";

/** A browser for each job: the pool's program and arguments, its contexts and its blocking, without the self-test. */
export function launchedPages(options: {
  readonly chromiumDir: string;
  readonly tempDir: string;
  readonly resources: ResourcePolicy;
}): PageSource {
  const { chromiumDir, tempDir, resources } = options;
  const { launchDeadlineMs, quitGraceMs } = DEFAULT_BROWSER_SETTINGS;
  return {
    open: async () => {
      const startedAtMs = performance.now();
      const launched = await launchChromium({ chromiumDir, tempDir, rung: "zygote", deadlineMs: launchDeadlineMs });
      try {
        const { context, page } = await openContext(launched.browser, "default", Math.random);
        await applyResourcePolicy(context, page, resources);
        const ms = performance.now() - startedAtMs;
        return { page, allocation: { temperature: "cold", ms }, release: () => launched.close(quitGraceMs) };
      } catch (error) {
        await launched.close(0);
        throw error;
      }
    },
    close: async () => {},
  };
}
