import { expectedRows } from "../../chaos/load/rows.ts";
import type { SeenJob, SeenRequest, SeenRound } from "./seen-round.ts";

/** All in milliseconds. */
export interface RoundFigures {
  /** From the kill until the last job had its context again. */
  readonly allRestoredMs: number;
  /** From the kill until a job had its context again, job by job. */
  readonly restoredMs: readonly number[];
  /** From the kill until the site saw a job again, job by job. */
  readonly nextRequestMs: readonly number[];
  /** What the results say: without a context, job by job. */
  readonly waitedMs: readonly number[];
  /** Of the browser that took the dead one's place. */
  readonly launchMs: number;
}

/** A job of the round didn't go on from its checkpoint. The message names each that didn't, and why. */
export class NotResumed extends Error {
  override readonly name = "NotResumed";
}

/**
 * @param pages of each job's list
 * @throws NotResumed unless every job went on once, in place, from its checkpoint, and told all rows of its list
 */
export function roundFigures({ killedAtMs, launchMs, jobs }: SeenRound, pages: number): RoundFigures {
  const problems = jobs.flatMap((job) => problemsOf(job, killedAtMs, pages).map((problem) => `${job.id} ${problem}`));
  if (launchMs === undefined) problems.push("no browser was launched in the dead one's place");
  if (problems.length > 0 || launchMs === undefined) throw new NotResumed(problems.join("; "));
  const restoredMs = jobs.flatMap(({ restoredAtMs }) => restoredAtMs.map((atMs) => atMs - killedAtMs));
  return {
    allRestoredMs: Math.max(...restoredMs),
    restoredMs,
    nextRequestMs: jobs.flatMap(({ requests }) => {
      const next = requests.find((request) => isAfter(request, killedAtMs));
      return next === undefined ? [] : [next.atMs - killedAtMs];
    }),
    waitedMs: jobs.flatMap(({ result }) => (result === undefined ? [] : [result.waitedMs])),
    launchMs,
  };
}

function problemsOf({ id, requests, restoredAtMs, result }: SeenJob, killedAtMs: number, pages: number): string[] {
  if (result === undefined) return ["has no result"];
  const problems: string[] = [];
  if (result.kind !== "completed") problems.push(`ended ${result.kind}`);
  if (result.attempt !== 1) problems.push(`took ${result.attempt} attempts`);
  if (result.recovered !== 1) problems.push(`went on ${result.recovered} times by its result`);
  if (restoredAtMs.length !== 1) problems.push(`went on ${restoredAtMs.length} times by the log`);
  if (result.rows.join() !== expectedRows(id, pages).join()) problems.push("told other rows than its list has");
  const before = requests.filter((request) => !isAfter(request, killedAtMs)).map(({ page }) => page);
  const after = requests.filter((request) => isAfter(request, killedAtMs)).map(({ page }) => page);
  if (after.length === 0) problems.push("was over before its browser was killed");
  // The page that was under way may not have been written down.
  const inFlight = before.at(-1);
  const again = after.filter(
    (page, index) => after.indexOf(page) !== index || (before.includes(page) && page !== inFlight),
  );
  if (again.length > 0) problems.push(`asked again for page ${again.join(", ")}, being on page ${inFlight}`);
  return problems;
}

function isAfter({ connectedAtMs }: SeenRequest, killedAtMs: number): boolean {
  return connectedAtMs > killedAtMs;
}
