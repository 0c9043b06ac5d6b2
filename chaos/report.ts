import { spreadOf } from "../bench/figures/percentiles.ts";
import type { Violation } from "./checker/violation.ts";
import type { PlanFigures } from "./figures.ts";

/** One plan that ran. */
export interface PlanReport {
  readonly seed: number;
  readonly number: number;
  readonly faults: readonly { readonly fault: string; readonly what: string; readonly hit: boolean }[];
  readonly figures: PlanFigures;
  readonly violations: readonly Violation[];
  readonly tookMs: number;
}

const COLUMNS = [
  "fault",
  "plans",
  "jobs",
  "lost",
  "duplicated",
  "contaminated",
  "violations",
  "recovery p50",
  "recovery p95",
] as const;

/** Markdown: one line for each fault in the order of `faults`, and one for all. A plan with two faults counts for both. */
export function reportTable(plans: readonly PlanReport[], faults: readonly string[]): string {
  const rows = faults.flatMap((fault) => {
    const own = plans.filter((plan) => plan.faults.some((one) => one.fault === fault && one.hit));
    return own.length === 0 ? [] : [rowOf(fault, own, (one) => one === fault)];
  });
  const all = rowOf("**all**", plans, () => true);
  const lines = [[...COLUMNS], COLUMNS.map((_, index) => (index === 0 ? "---" : "---:")), ...rows, all];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowOf(name: string, plans: readonly PlanReport[], counts: (fault: string) => boolean): string[] {
  const sum = (of: (figures: PlanFigures) => number) =>
    String(plans.reduce((total, one) => total + of(one.figures), 0));
  const recoveries = plans.flatMap(({ figures }) => figures.recoveries.filter(({ fault }) => counts(fault)));
  const spread = spreadOf(recoveries.map(({ ms }) => ms));
  return [
    name,
    String(plans.length),
    sum(({ jobs }) => jobs),
    sum(({ lost }) => lost),
    sum(({ duplicated }) => duplicated),
    sum(({ contaminated }) => contaminated),
    String(plans.reduce((total, { violations }) => total + violations.length, 0)),
    seconds(spread?.p50),
    seconds(spread?.p95),
  ];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "–" : `${(ms / 1_000).toFixed(1)} s`;
}

/** Markdown: a line for each. */
export function listOf(things: readonly { readonly name: string; readonly doc: string }[]): string {
  return things.map(({ name, doc }) => `- **${name}**: ${doc}`).join("\n");
}

/** The page with one of its generated parts replaced. Throws where it hasn't got the part's markers. */
export function withPart(page: string, part: "table" | "faults" | "invariants", text: string): string {
  const begin = `<!-- chaos ${part}: begin -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(`<!-- chaos ${part}: end -->`);
  if (from < 0 || to < from) throw new Error(`the page has no "${begin}" with its end`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
