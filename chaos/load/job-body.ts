import type { JobMessage } from "../../functions/core/job/job-message.ts";
import type { PlannedJob } from "../plan/plan.ts";

const ESTIMATE_MS = 1_500;
/** Faults may come in pairs; none of the jobs that they happen to shall run out of attempts by it. */
const LIST_ATTEMPTS = 6;

/** The body of a planned job's message. */
export function jobBody(job: PlannedJob, host: string): string {
  const { work, id } = job;
  if (work.kind === "malformed") return work.body;
  const message: JobMessage = {
    v: 1,
    id,
    strategy: "recipe",
    site: host,
    priority: job.priority,
    maxDurationMs: job.maxDurationMs,
    estimatedDurationMs: Math.min(ESTIMATE_MS, job.maxDurationMs),
    attempts: work.kind === "list" ? LIST_ATTEMPTS : 1,
    ...(job.checkpoint === undefined ? {} : { checkpoint: job.checkpoint }),
    input: { steps: work.kind === "list" ? listSteps(job.id, work, host) : troubleSteps(work.page, host) },
  };
  return JSON.stringify(message);
}

type Steps = JobMessage["input"][string];

function listSteps(id: string, work: { readonly pages: number; readonly screenshot: boolean }, host: string): Steps {
  const url = `http://${host}/list?job=${id}&page=`;
  const read = { do: "extract", fields: { rows: { selector: ".row", list: true } } };
  return [
    { do: "goto", url: `${url}1` },
    { do: "paginate", by: "url", url: `${url}{page}`, maxPages: work.pages, steps: [read] },
    ...(work.screenshot ? [{ do: "screenshot", name: "last.png" }] : []),
  ];
}

/** Reads the page and clicks in it, so that a page that only looks alive doesn't pass. */
function troubleSteps(page: string, host: string): Steps {
  return [
    { do: "goto", url: `http://${host}/trouble/${page}` },
    { do: "wait", selector: ".row" },
    { do: "scroll", to: "bottom" },
    { do: "extract", fields: { rows: { selector: ".row", list: true } } },
  ];
}
