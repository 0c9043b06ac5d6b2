import type { BrowserSettings } from "./browser-settings.ts";
import { connectEndpoint } from "./cdp/endpoint-transport.ts";
import { launchByLadder } from "./ladder.ts";
import type { Rung } from "./launch-arguments.ts";
import { BrowserUnavailable, type RungFailure } from "./launch-failures.ts";
import { launchChromium } from "./launch.ts";
import { attachedBrowser, type RunningBrowser } from "./running-browser.ts";
import { selfTest } from "./self-test.ts";

export interface StartedBrowser {
  readonly running: RunningBrowser;
  readonly launchMs: number;
  readonly findings: readonly RungFailure[];
}

/** Brings up one browser. Throws `BrowserUnavailable`. */
export type StartBrowser = () => Promise<StartedBrowser>;

/**
 * Launches by the ladder. The first browser proves its rung by the self-test; what it proves holds for the container, so
 * that its replacements come up without one, and the ladder goes on from there only when one doesn't.
 */
export function launchedBrowsers(settings: BrowserSettings): StartBrowser {
  let proven: { readonly rung: Rung; readonly findings: readonly RungFailure[] } | undefined;
  const launch = (rung: Rung) =>
    launchChromium({
      chromiumDir: settings.chromiumDir,
      tempDir: settings.tempDir,
      rung,
      deadlineMs: settings.launchDeadlineMs,
    });
  return async () => {
    if (proven) {
      const running = await launch(proven.rung).catch(() => undefined);
      if (running) return { running, launchMs: running.launchMs, findings: proven.findings };
    }
    const { launched, rung, findings, launchMs } = await launchByLadder({
      ...(proven ? { from: proven.rung } : {}),
      launch,
      selfTest: (browser) =>
        selfTest(browser.browser, {
          contexts: browser.rung === "one-slot" ? "one" : "neighbours",
          stepDeadlineMs: settings.selfTestStepDeadlineMs,
        }),
    });
    proven = { rung, findings };
    return { running: launched, launchMs, findings };
  };
}

/** Connects to a browser that somebody else runs. */
export function attachedBrowsers(endpoint: string, settings: BrowserSettings): StartBrowser {
  return async () => {
    const startedAtMs = performance.now();
    try {
      const connected = await connectEndpoint(endpoint, AbortSignal.timeout(settings.launchDeadlineMs));
      const launchMs = performance.now() - startedAtMs;
      return { running: attachedBrowser(connected, launchMs), launchMs, findings: [] };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BrowserUnavailable([{ rung: "attached", reason, stderrTail: "" }], error);
    }
  };
}
