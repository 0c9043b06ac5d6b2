import { RUNGS, type Rung } from "./launch-arguments.ts";
import { BrowserUnavailable, type RungFailure } from "./launch-failures.ts";
import { LaunchFailed, type LaunchedBrowser } from "./launch.ts";
import type { SelfTestFinding } from "./self-test.ts";

export interface LadderOptions {
  /** @default "zygote" */
  readonly from?: Rung;
  launch(rung: Rung): Promise<LaunchedBrowser>;
  selfTest(launched: LaunchedBrowser): Promise<readonly SelfTestFinding[]>;
}

export interface LadderResult {
  readonly launched: LaunchedBrowser;
  readonly rung: Rung;
  /** Why the rungs above didn't hold. Empty on the first one. */
  readonly findings: readonly RungFailure[];
  /** All of it: launches and self-tests. */
  readonly launchMs: number;
}

/**
 * Steps down the rungs until a browser comes up and proves that it keeps tenants apart.
 * @throws BrowserUnavailable when none does; nothing of any is left then
 */
export async function launchByLadder(options: LadderOptions): Promise<LadderResult> {
  const startedAtMs = performance.now();
  const findings: RungFailure[] = [];
  for (const rung of RUNGS.slice(RUNGS.indexOf(options.from ?? RUNGS[0]))) {
    const tried = await tryRung(rung, options);
    if (!("reason" in tried)) return { launched: tried, rung, findings, launchMs: performance.now() - startedAtMs };
    findings.push(tried);
  }
  throw new BrowserUnavailable(findings);
}

async function tryRung(rung: Rung, options: LadderOptions): Promise<LaunchedBrowser | RungFailure> {
  let launched: LaunchedBrowser;
  try {
    launched = await options.launch(rung);
  } catch (error) {
    const stderrTail = error instanceof LaunchFailed ? error.stderrTail : "";
    return { rung, reason: error instanceof Error ? error.message : String(error), stderrTail };
  }
  const found = await options.selfTest(launched);
  if (found.length === 0) return launched;
  const stderrTail = launched.stderrTail();
  await launched.close(0);
  return { rung, reason: found.map(({ check, detail }) => `${check}: ${detail}`).join("; "), stderrTail };
}
