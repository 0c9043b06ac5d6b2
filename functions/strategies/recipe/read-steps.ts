import { PermanentFailure } from "../../core/job/failures.ts";
import { compileFields } from "../reading/compile-fields.ts";
import { FieldConversion } from "../reading/convert-fields.ts";
import { Patterns } from "../reading/pattern.ts";
import type { RecipeJob, Scope } from "./recipe-job.ts";
import type { StepOf } from "./steps.ts";

const ASSERTED_TEXT_MAX_CHARACTERS = 20_000;

/** Queues an extraction; its values come into the scope when the queue is flushed. */
export function queueExtract(job: RecipeJob, scope: Scope, step: StepOf<"extract">, at: string): void {
  scope.reads.add({
    at,
    request: { kind: "fields", fields: compileFields(step.fields) },
    settle: (answer) => {
      const conversion = new FieldConversion(at);
      const raws = answer.kind === "fields" ? answer.values : [];
      Object.assign(scope.values, conversion.convert(step.fields, raws));
      job.problems.push(...conversion.problems);
    },
  });
}

/** Queues an assertion; it throws `PermanentFailure` `AssertionFailed` when the queue is flushed. */
export function queueAssert(scope: Scope, step: StepOf<"assert">, at: string): void {
  const selector = step.selector ?? "body";
  scope.reads.add({
    at,
    request: { kind: "match", selector, maxCharacters: ASSERTED_TEXT_MAX_CHARACTERS },
    settle: (answer, url) => {
      if (answer.kind !== "match") return;
      const problem = assertionProblem(step, selector, answer, url, at);
      if (problem !== undefined) throw new PermanentFailure("AssertionFailed", problem, { at });
    },
  });
}

function assertionProblem(
  step: StepOf<"assert">,
  selector: string,
  { count, text, found }: { readonly count: number; readonly text: string; readonly found: string },
  url: string,
  at: string,
): string | undefined {
  if (step.url !== undefined && !url.includes(step.url))
    return `the address doesn't contain "${step.url}": it is ${url}`;
  const least = step.count?.min ?? (step.count?.max === undefined && step.selector !== undefined ? 1 : 0);
  const most = step.count?.max ?? Number.POSITIVE_INFINITY;
  if (count < least || count > most) {
    const range = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
    return `${count} elements match "${selector}", expected ${range}; found ${found}`;
  }
  if (step.text !== undefined && !text.includes(step.text)) {
    return `the text of "${selector}" doesn't contain "${step.text}": it is "${shortened(text)}"`;
  }
  if (step.matches !== undefined && new Patterns().match(step.matches, false, text, at) === undefined) {
    return `the text of "${selector}" doesn't match ${step.matches}: it is "${shortened(text)}"`;
  }
  return undefined;
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
