import type { Job } from "../../functions/core/job/job-message.ts";
import { parseJob } from "../../functions/core/job/parse-job.ts";
import type { Rejection } from "../../functions/core/job/rejection.ts";
import type { JobEntry } from "./read-jobs.ts";

/** A rule that one entry of a file breaks. */
export interface InvalidEntry extends Rejection {
  readonly line: number;
  readonly id?: string;
}

export type CheckedJobs =
  | {
      readonly kind: "valid";
      readonly jobs: readonly { readonly line: number; readonly text: string; readonly job: Job }[];
    }
  | { readonly kind: "invalid"; readonly errors: readonly InvalidEntry[] };

/** Checks every entry by the rules that the worker reads it by, and answers all errors at once. */
export function checkJobs(entries: readonly JobEntry[]): CheckedJobs {
  const errors: InvalidEntry[] = [];
  const jobs: { line: number; text: string; job: Job }[] = [];
  for (const { line, text } of entries) {
    const parsed = parseJob(text);
    if (parsed.kind === "job") jobs.push({ line, text, job: parsed.job });
    else {
      const id = parsed.id === undefined ? {} : { id: parsed.id };
      errors.push(...parsed.rejections.map((rejection) => ({ line, ...id, ...rejection })));
    }
  }
  return errors.length > 0 ? { kind: "invalid", errors } : { kind: "valid", jobs };
}
