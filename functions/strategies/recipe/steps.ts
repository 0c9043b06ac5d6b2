import { z } from "zod";

import { NESTING_MAX } from "../reading/field.ts";
import { fullUrl } from "../page/address.ts";
import { exclusivelyShape, followShape, loginSteps, paginateShape, plainSteps, stepConflicts } from "./step.ts";

const STEPS_MAX = 100;

type Plain = z.output<(typeof plainSteps)[number]>;
export type Paginate = z.output<z.ZodObject<typeof paginateShape>> & { readonly steps: readonly Step[] };
export type Follow = z.output<z.ZodObject<typeof followShape>> & { readonly steps: readonly Step[] };
export type Exclusively = z.output<z.ZodObject<typeof exclusivelyShape>> & { readonly steps: readonly Step[] };
export type Step = Plain | Paginate | Follow | Exclusively;
export type StepOf<Do extends Step["do"]> = Extract<Step, { readonly do: Do }>;

/** Levels are spelt out, so that a deeply nested message is refused before anything recurses into it. */
function stepsAt(depth: number, isExclusive: boolean): z.ZodType<readonly Step[]> {
  const nested = (exclusive: boolean) =>
    depth >= NESTING_MAX
      ? z.never({ error: `steps are nested deeper than ${NESTING_MAX} levels` })
      : z.lazy(() => stepsAt(depth + 1, exclusive));
  const steps = nested(isExclusive).describe("What to do on each page.");
  const paginate = z.strictObject({ ...paginateShape, steps });
  const follow = z.strictObject({ ...followShape, steps });
  // A section that waited for itself would never begin.
  const section = isExclusive ? z.never({ error: "exclusively can't stand within exclusively" }) : nested(true);
  const exclusively = z.strictObject({ ...exclusivelyShape, steps: section.describe("What to do in the section.") });
  return z
    .array(
      z.discriminatedUnion("do", [...plainSteps, paginate, follow, exclusively]).superRefine((step, context) => {
        const conflicts =
          step.do === "paginate"
            ? paginateConflicts(step)
            : step.do === "follow"
              ? followConflicts(step)
              : stepConflicts(step);
        for (const { path, rule } of conflicts) {
          context.addIssue({ code: "custom", path: [path], message: rule, input: step });
        }
      }),
    )
    .min(1)
    .max(STEPS_MAX);
}

export const stepsSchema = stepsAt(1, false);

export type LoginStep = z.output<(typeof loginSteps)[number]>;

/** Steps of a login: in it alone may `fill` name a credential. */
export const loginStepsSchema: z.ZodType<readonly LoginStep[]> = z
  .array(
    z.discriminatedUnion("do", [...loginSteps]).superRefine((step, context) => {
      for (const { path, rule } of stepConflicts(step)) {
        context.addIssue({ code: "custom", path: [path], message: rule, input: step });
      }
    }),
  )
  .min(1)
  .max(STEPS_MAX);

/** What is wrong with the first step; undefined where it opens a page. */
export function beginProblem(steps: readonly (Step | LoginStep)[]): string | undefined {
  const first = steps[0];
  if (first === undefined || (first.do === "goto" && fullUrl.safeParse(first.url).success)) return undefined;
  return "the first step must be goto with a full http(s) URL";
}

/** Every step, those of nested lists included. */
export function flatSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => ("steps" in step ? [step, ...flatSteps(step.steps)] : [step]));
}

interface Conflict {
  readonly path: string;
  readonly rule: string;
}

function paginateConflicts(step: z.output<z.ZodObject<typeof paginateShape>>): Conflict[] {
  const conflicts: Conflict[] = [];
  const needsSelector = step.by === "next" || step.by === "load-more";
  if (needsSelector && step.selector === undefined) {
    conflicts.push({ path: "selector", rule: `must be given by ${step.by}` });
  }
  if (step.by === "url" && step.url === undefined) conflicts.push({ path: "url", rule: "must be given by url" });
  if (step.by !== "url" && step.url !== undefined)
    conflicts.push({ path: "url", rule: `has no meaning by ${step.by}` });
  if (step.by === "url" && step.selector !== undefined) {
    conflicts.push({ path: "selector", rule: "has no meaning by url; see endSelector" });
  }
  return conflicts;
}

function followConflicts(step: z.output<z.ZodObject<typeof followShape>>): Conflict[] {
  if (step.rows === undefined && step.selector === undefined) {
    return [{ path: "selector", rule: "must be given, or rows" }];
  }
  if (step.rows !== undefined && step.selector !== undefined) {
    return [{ path: "rows", rule: "can't stand beside selector" }];
  }
  if (step.rows !== undefined)
    return step.link === undefined ? [{ path: "link", rule: "must be given with rows" }] : [];
  return step.as === undefined ? [{ path: "as", rule: "must be given with selector" }] : [];
}
