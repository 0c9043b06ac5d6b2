import { printPdf, takeScreenshot } from "../capture/capture.ts";
import { resolveAddress } from "../page/address.ts";
import { act } from "./act.ts";
import { follow } from "./follow.ts";
import { paginate } from "./paginate.ts";
import { needsPage } from "./progress/needs-page.ts";
import type { StepsPlace, Within } from "./progress/place.ts";
import type { RecipeProgress } from "./progress/recipe-progress.ts";
import { queueAssert, queueExtract } from "./read-steps.ts";
import { outermostScope, type RecipeJob, type RecipeRun, type Scope, type Standing } from "./recipe-job.ts";
import { RecipePage } from "./recipe-page.ts";
import { scroll } from "./scroll.ts";
import type { Step } from "./steps.ts";
import { wait } from "./wait.ts";

/** Runs a whole recipe in the run's page, or what an earlier attempt left of it. */
export async function runRecipe(run: RecipeRun, steps: readonly Step[], progress?: RecipeProgress) {
  const resumed = progress?.resumed;
  const job: RecipeJob = {
    run,
    artifacts: [...(resumed?.artifacts ?? [])],
    problems: [...(resumed?.problems ?? [])],
    runSteps: (scope, nested, path, from) => runSteps(job, scope, nested, path, from),
  };
  const page = new RecipePage(run, run.page, resumed?.url);
  const report =
    progress &&
    ((place: StepsPlace) =>
      progress.report({ place, url: page.url, artifacts: [...job.artifacts], problems: [...job.problems] }));
  const scope = outermostScope(page, { ...resumed?.place.values }, report);
  await runSteps(job, scope, steps, "steps", resumed?.place);
  await scope.reads.flush(run, page);
  return { url: page.url, values: scope.values, artifacts: job.artifacts, problems: job.problems };
}

async function runSteps(
  job: RecipeJob,
  scope: Scope,
  steps: readonly Step[],
  path: string,
  from?: StepsPlace,
): Promise<void> {
  const begin = from?.step ?? 0;
  for (const [index, step] of steps.entries()) {
    if (index < begin) continue;
    const { report } = scope;
    const reportHere = (within: Within | null) => report?.({ step: index, values: { ...scope.values }, within });
    if (index > begin && isSafeBefore(scope, steps, index)) {
      await scope.reads.flush(job.run, scope.page);
      await reportHere(null);
    }
    await runStep(job, scope, step, {
      path: `${path}.${index}`,
      at: `${path}.${index} (${step.do})${scope.where}`,
      resumed: index === begin ? (from?.within ?? null) : null,
      report: report && (async (within) => reportHere(within)),
      isPageNeededAfter: needsPage(steps.slice(index + 1), scope.isPageNeededAfter),
    });
  }
}

/**
 * Whether a run can go on at this step in another page: the step leaves the page, or links were opened beside it, and its
 * address alone gives it again where a step still looks at it.
 */
function isSafeBefore(scope: Scope, steps: readonly Step[], index: number): boolean {
  const [before, step] = [steps[index - 1], steps[index]];
  const isBeside = before?.do === "follow" && before.page === "second";
  if (step?.do !== "goto" && !isBeside) return false;
  return !scope.page.isMoreThanItsAddress || !needsPage(steps.slice(index), scope.isPageNeededAfter);
}

async function runStep(job: RecipeJob, scope: Scope, step: Step, standing: Standing): Promise<void> {
  const { run } = job;
  const { page } = scope;
  const { at } = standing;
  run.signal.throwIfAborted();
  if (step.do === "extract") return queueExtract(job, scope, step, at);
  if (step.do === "assert") return queueAssert(scope, step, at);
  // Everything else changes the page, or needs what was read: the waiting reads are one evaluation now. `paginate`
  // sends them along with its own.
  if (step.do !== "paginate" || step.by === "load-more" || step.by === "scroll") await scope.reads.flush(run, page);
  switch (step.do) {
    case "goto":
      return page.visit(resolveAddress(step.url, page.url, at), {
        at,
        waitUntil: step.waitUntil,
        timeoutMs: step.timeoutMs,
      });
    case "wait":
      return wait(run, await page.worked(at), step, at);
    case "click":
    case "fill":
    case "select":
    case "press":
      return act(run, await page.worked(at), step, at);
    case "scroll":
      return scroll(run, await page.worked(at), step, at);
    case "screenshot":
      job.artifacts.push(await takeScreenshot(run, await page.shown(at), step, at));
      return;
    case "pdf":
      job.artifacts.push(await printPdf(run, await page.shown(at), step, at));
      return;
    case "paginate":
      return paginate(job, scope, step, standing);
    case "follow":
      return follow(job, scope, step, standing);
    case "exclusively":
      return run.exclusively(async () => {
        // Whoever goes on from within a section would do so outside of it.
        await job.runSteps({ ...scope, report: undefined }, step.steps, `${standing.path}.steps`);
        // Outside, another page may change what these reads are to find.
        await scope.reads.flush(run, page);
      });
  }
}
