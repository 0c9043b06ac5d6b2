import { printPdf, takeScreenshot } from "../capture/capture.ts";
import { resolveAddress } from "../page/address.ts";
import { visit } from "../page/visit.ts";
import { act } from "./act.ts";
import { follow } from "./follow.ts";
import { paginate } from "./paginate.ts";
import { queueAssert, queueExtract } from "./read-steps.ts";
import { newScope, type RecipeJob, type RecipeRun, type Scope } from "./recipe-job.ts";
import { scroll } from "./scroll.ts";
import type { Step } from "./steps.ts";
import { wait } from "./wait.ts";

/** Runs a whole recipe in the run's page. */
export async function runRecipe(run: RecipeRun, steps: readonly Step[]) {
  const job: RecipeJob = {
    run,
    artifacts: [],
    problems: [],
    runSteps: async (scope, nested, path) => {
      for (const [index, step] of nested.entries()) await runStep(job, scope, step, `${path}.steps.${index}`);
    },
  };
  const scope = newScope(run.page);
  for (const [index, step] of steps.entries()) await runStep(job, scope, step, `steps.${index}`);
  await scope.reads.flush(run, scope.page);
  return { url: scope.page.url(), values: scope.values, artifacts: job.artifacts, problems: job.problems };
}

async function runStep(job: RecipeJob, scope: Scope, step: Step, path: string): Promise<void> {
  const { run } = job;
  const at = `${path} (${step.do})${scope.where}`;
  run.signal.throwIfAborted();
  if (step.do === "extract") return queueExtract(job, scope, step, at);
  if (step.do === "assert") return queueAssert(scope, step, at);
  // Everything else changes the page, or needs what was read: the waiting reads are one evaluation now. `paginate`
  // sends them along with its own.
  if (step.do !== "paginate" || step.by === "load-more" || step.by === "scroll")
    await scope.reads.flush(run, scope.page);
  switch (step.do) {
    case "goto": {
      const url = resolveAddress(step.url, scope.page.url(), at);
      return visit(run, scope.page, url, { at, waitUntil: step.waitUntil, timeoutMs: step.timeoutMs });
    }
    case "wait":
      return wait(run, scope.page, step, at);
    case "click":
    case "fill":
    case "select":
    case "press":
      return act(run, scope.page, step, at);
    case "scroll":
      return scroll(run, scope.page, step, at);
    case "screenshot":
      job.artifacts.push(await takeScreenshot(run, scope.page, step, at));
      return;
    case "pdf":
      job.artifacts.push(await printPdf(run, scope.page, step, at));
      return;
    case "paginate":
      return paginate(job, scope, step, path);
    case "follow":
      return follow(job, scope, step, path);
    case "exclusively":
      return run.exclusively(async () => {
        await job.runSteps(scope, step.steps, path);
        // Outside, another page may change what these reads are to find.
        await scope.reads.flush(run, scope.page);
      });
  }
}
