import type { Job, JobClass } from "../core/job/job-message.ts";
import { parseJob } from "../core/job/parse-job.ts";
import { rejectionsFrom, type Rejection } from "../core/job/rejection.ts";
import type { ResourcePolicy } from "../core/job/resource-policy.ts";
import type { Strategy } from "../strategies/contract/define-strategy.ts";

/** A job that this version can run, with its strategy's own input read. */
export interface Runnable {
  readonly job: Job;
  readonly jobClass: JobClass;
  readonly strategy: Strategy;
  readonly input: unknown;
  readonly resources: ResourcePolicy;
}

export type Intake =
  | { readonly kind: "runnable"; readonly runnable: Runnable }
  | { readonly kind: "rejected"; readonly id: string | undefined; readonly rejections: readonly Rejection[] };

/** Reads a message body as far as it can be checked without a browser. Never throws. */
export function takeIn(body: string, strategies: ReadonlyMap<string, Strategy>): Intake {
  const parsed = parseJob(body);
  if (parsed.kind === "rejected") return parsed;
  const { job } = parsed;
  const rejections = unavailable(job);
  const strategy = strategies.get(job.strategy);
  if (strategy === undefined) {
    const known = [...strategies.keys()].join(", ");
    rejections.push({ field: "strategy", rule: `must be one of ${known}`, value: JSON.stringify(job.strategy) });
    return { kind: "rejected", id: job.id, rejections };
  }
  const input = strategy.input.safeParse(job.input);
  if (!input.success) rejections.push(...rejectionsFrom(input.error, job.input, ["input"]));
  if (!input.success || rejections.length > 0) return { kind: "rejected", id: job.id, rejections };
  const resources = typeof strategy.resources === "function" ? strategy.resources(input.data) : strategy.resources;
  return {
    kind: "runnable",
    runnable: { job, jobClass: job.class ?? strategy.class, strategy, input: input.data, resources },
  };
}

/** Fields whose meaning this version can't honour: refused, because ignoring them would run the job in another way. */
function unavailable(job: Job): Rejection[] {
  const rejections: Rejection[] = [];
  if (job.handoff === "possible") {
    rejections.push({ field: "handoff", rule: "must be never in this version", value: '"possible"' });
  }
  return rejections;
}
