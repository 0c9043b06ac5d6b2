import { PermanentFailure } from "../../core/job/failures.ts";
import { resolveAddress, withoutFragment } from "../page/address.ts";
import { grow } from "../page/grow.ts";
import { NextPage } from "./next-page.ts";
import type { Within } from "./progress/place.ts";
import { joinValues, type RecipeJob, type Scope, type Standing, type Values } from "./recipe-job.ts";
import type { Paginate, Step } from "./steps.ts";

/** Runs the step's own steps on every page, or once over a list that has grown to its end. */
export async function paginate(job: RecipeJob, scope: Scope, step: Paginate, standing: Standing): Promise<void> {
  if (step.by === "load-more" || step.by === "scroll") await overGrownList(job, scope, step, standing);
  else await overPages(job, scope, step, standing);
}

async function overGrownList(job: RecipeJob, scope: Scope, step: Paginate, standing: Standing): Promise<void> {
  const { at, path, resumed, report, isPageNeededAfter } = standing;
  const from = resumed?.kind === "grown" ? resumed.page : undefined;
  if (from === undefined) {
    await grow(job.run, await scope.page.worked(at), at, {
      by: step.by === "scroll" ? "scroll" : "click",
      control: step.selector ?? null,
      items: step.items ?? null,
      maxRounds: step.maxPages - 1,
      enough: null,
      roundMs: step.roundMs,
    });
  }
  const grown: Scope = {
    ...scope,
    values: { ...from?.values },
    report: report && ((page) => report({ kind: "grown", page })),
    isPageNeededAfter,
  };
  await job.runSteps(grown, step.steps, `${path}.steps`, from);
  await grown.reads.flush(job.run, grown.page);
  keep(scope.values, step, grown.values, at);
}

async function overPages(job: RecipeJob, scope: Scope, step: Paginate, standing: Standing): Promise<void> {
  const { at, resumed, report } = standing;
  const known = resumed?.kind === "page" || resumed?.kind === "next-page" ? resumed : undefined;
  const seen = new Set(known?.seen ?? [withoutFragment(scope.page.url)]);
  let within = known?.kind === "page" ? known : undefined;
  let number = known?.number ?? 1;
  if (known?.kind === "next-page" && !(await opened(scope, step, known.url, at))) return;
  for (;;) {
    const next = await onPage(job, scope, step, standing, number, seen, within);
    if (next === undefined) return;
    number += 1;
    within = undefined;
    seen.add(withoutFragment(next));
    await report?.({ kind: "next-page", number, url: next, seen: [...seen] });
    if (!(await opened(scope, step, next, at))) return;
  }
}

/** Runs the steps on one page, and answers where the list goes on; undefined at its end. */
async function onPage(
  job: RecipeJob,
  scope: Scope,
  step: Paginate,
  { at, path, report, isPageNeededAfter }: Standing,
  number: number,
  seen: ReadonlySet<string>,
  within: Extract<Within, { kind: "page" }> | undefined,
): Promise<string | undefined> {
  const where = `${scope.where} on page ${number}`;
  const next = new NextPage(step, number);
  const place = () => ({ number, seen: [...seen], next: next.address ?? null, isBeyondEnd: next.isBeyondEnd });
  const page: Scope = {
    ...scope,
    values: { ...within?.page.values },
    where,
    report: report && ((inner) => report({ kind: "page", ...place(), page: inner })),
    isPageNeededAfter,
  };
  if (within === undefined) {
    next.ask(page, at);
    if (!step.steps.every(staysOnPage)) await page.reads.flush(job.run, page.page);
  } else {
    next.address = within.next ?? undefined;
    next.isBeyondEnd = within.isBeyondEnd;
  }
  await job.runSteps(page, step.steps, `${path}.steps`, within?.page);
  await page.reads.flush(job.run, page.page);
  if (next.isBeyondEnd) return undefined;
  keep(scope.values, step, page.values, at);
  if (number >= step.maxPages || next.address === undefined) return undefined;
  const url = resolveAddress(next.address, page.page.url, `${at}${where}`);
  return seen.has(withoutFragment(url)) ? undefined : url;
}

/** Numbered addresses end where the shop has no such page; a link to nowhere is a failure. */
async function opened(scope: Scope, step: Paginate, url: string, at: string): Promise<boolean> {
  try {
    await scope.page.visit(url, { at });
    return true;
  } catch (error) {
    if (step.by === "url" && error instanceof PermanentFailure && error.name === "PageNotFound") return false;
    throw error;
  }
}

function staysOnPage(step: Step): boolean {
  if (step.do === "follow") return step.page === "second";
  return ["extract", "assert", "screenshot", "pdf", "wait", "scroll"].includes(step.do);
}

function keep(values: Values, step: Paginate, pageValues: Values, at: string): void {
  joinValues(values, step.as === undefined ? pageValues : { [step.as]: [pageValues] }, at);
}
