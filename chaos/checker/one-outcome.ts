import type { History, SeenResult } from "../history.ts";
import type { PlannedJob } from "../plan/plan.ts";
import type { Invariant } from "./violation.ts";

export const oneOutcome: Invariant = {
  name: "one-outcome",
  doc: "Every job ends with exactly one outcome, of a kind that its plan allows. A result may be delivered again, word for word under the same fence.",
  violations: (history) => history.plan.jobs.flatMap((job) => ofJob(job, history)),
};

function ofJob(job: PlannedJob, { results, records, plan }: History): string[] {
  const own = results.filter(({ id }) => id === job.id);
  const [first] = own;
  if (first === undefined) return [`${job.id} was lost: no result came`];
  const different = new Set(own.map(({ fence, kind }) => `${kind} under fence ${fence}`));
  // Each copy of a malformed message is a message of its own.
  if (different.size > 1) return [`${job.id} has ${different.size} outcomes: ${[...different].join(", ")}`];
  const problems: string[] = [];
  if (!job.mayEnd.includes(first.kind)) problems.push(`${job.id} ended ${describe(first)}`);
  const record = records.find((one) => one.job === job.id);
  if (job.work.kind === "malformed") {
    return record === undefined ? problems : [...problems, `${job.id} is malformed, and has a record`];
  }
  if (record === undefined) problems.push(`${job.id} of plan ${plan.number} has a result and no record`);
  else if (record.state !== "finished") problems.push(`${job.id} has a result, and its record is ${record.state}`);
  else if (record.fence !== first.fence) {
    problems.push(`${job.id} told of fence ${first.fence}, its record says ${record.fence}`);
  }
  return problems;
}

function describe({ kind, error }: SeenResult): string {
  return error === undefined ? kind : `${kind} (${error})`;
}
