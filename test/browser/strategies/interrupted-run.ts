import type { Strategy } from "../../../functions/strategies/contract/define-strategy.ts";
import type { ListSite } from "./list-site.ts";
import { ContainerDied, newTrace, type SavedProgress, type StrategyBrowser, type Trace } from "./run-strategy.ts";

/** How a container dies: right at the so-manieth report of its run, or when so many further requests have arrived. */
export type Kill = { readonly kind: "report" | "request"; readonly count: number };

export interface InterruptedRun {
  readonly output: unknown;
  /** What the site was asked for, by all the containers together. */
  readonly log: readonly string[];
  /** One for each container, the last of them finished. */
  readonly traces: readonly Trace[];
}

/** Runs a job in one container after the other; each but the last is killed, and the next goes on from its last report. */
export async function runInterrupted(
  browser: StrategyBrowser,
  site: ListSite,
  strategy: Strategy,
  input: object,
  kills: readonly Kill[],
): Promise<InterruptedRun> {
  const begin = site.log.length;
  const traces: Trace[] = [];
  let resume: SavedProgress | undefined;
  for (const kill of [...kills, undefined]) {
    const trace = newTrace();
    traces.push(trace);
    const options = { trace, timeoutMs: 150_000, ...(resume === undefined ? {} : { resume }) };
    try {
      const output = await browser.run(strategy, input, { ...options, ...deathBy(kill, site) });
      return { output, log: site.log.slice(begin), traces };
    } catch (error) {
      if (!(error instanceof ContainerDied)) throw error;
      resume = trace.checkpoints.at(-1) ?? resume;
    } finally {
      site.onRequest = () => undefined;
    }
  }
  throw new Error("the last container isn't killed");
}

function deathBy(kill: Kill | undefined, site: ListSite) {
  if (kill === undefined) return {};
  if (kill.kind === "report") return { dieAtCheckpoint: kill.count };
  const { promise, resolve } = Promise.withResolvers<void>();
  const last = site.log.length + kill.count;
  site.onRequest = (number) => {
    if (number >= last) resolve();
  };
  return { dieWhen: promise };
}

/**
 * What is wrong with an interrupted run, in words; nothing where it gave what the whole run gives, left out no page, and opened
 * none again but for the one that each death by a request cut short.
 */
export function faultsOf(whole: InterruptedRun, run: InterruptedRun, kills: readonly Kill[]): readonly string[] {
  const faults: string[] = [];
  if (JSON.stringify(run.output) !== JSON.stringify(whole.output)) faults.push("the output differs");
  const asked = counted(run.log);
  const missed = whole.log.filter((request) => !asked.has(request));
  if (missed.length > 0) faults.push(`left out: ${missed.join(", ")}`);
  const wanted = counted(whole.log);
  const repeated = [...asked].flatMap(([request, count]) =>
    Array.from({ length: Math.max(0, count - (wanted.get(request) ?? 0)) }, () => request),
  );
  const cutShort = kills.filter(({ kind }) => kind === "request").length;
  if (repeated.length > cutShort) faults.push(`asked for again: ${repeated.join(", ")}`);
  return faults;
}

function counted(log: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const request of log) counts.set(request, (counts.get(request) ?? 0) + 1);
  return counts;
}
