import { randomFrom } from "../examples/shop/random.ts";
import { queueOf } from "../functions/core/job/job-message.ts";
import { faultTarget } from "./fault-target.ts";
import type { FinalRecord, History } from "./history.ts";
import { injectAt } from "./inject-fault.ts";
import { jobBody } from "./load/job-body.ts";
import type { Plan, PlannedJob } from "./plan/plan.ts";
import { leftovers } from "./stand/leftovers.ts";
import type { Stand } from "./stand/stand.ts";
import { PlanWatch } from "./watch.ts";

const BASELINE_MAX_MS = 30_000;
const RESULTS_WAIT_SECONDS = 1;

/** Runs one plan on a stand that is at rest, waits until it is at rest again, and answers what was seen. */
export async function runPlan(stand: Stand, plan: Plan, names: Map<string, string>): Promise<History> {
  const watch = new PlanWatch(plan, names);
  const draws = randomFrom(plan.seed ^ plan.number);
  stand.watch(watch, () => draws.int(0, 2 ** 30 - 1) / 2 ** 30);
  stand.site.serve(new Map(plan.jobs.flatMap(({ id, work }) => (work.kind === "list" ? [[id, work] as const] : []))));
  const ends = new Set<() => void>();
  const over = new AbortController();
  const collecting = collectResults(stand, watch, over.signal);
  try {
    const sendAgain = async (jobs: readonly string[]) => {
      for (const job of plan.jobs.filter(({ id }) => jobs.includes(id))) await send(job, stand, watch);
    };
    const target = faultTarget(stand, watch, sendAgain);
    const [faults] = await Promise.all([
      Promise.all(plan.faults.map((order) => injectAt(order, target, watch, ends))),
      ...plan.jobs.map((job) => sendAt(job, stand, watch)),
    ]);
    await watch.untilOver();
    for (const end of ends) end();
    const left = await leftovers(stand, BASELINE_MAX_MS);
    over.abort();
    await collecting;
    return {
      plan,
      faults,
      visits: watch.visits(),
      writes: watch.writes,
      refusals: watch.refusals,
      results: watch.results,
      records: await finalRecords(stand, plan),
      deadLetters: await deadLettered(stand, plan),
      failures: watch.failures,
      leftovers: left,
    };
  } finally {
    over.abort();
    for (const end of ends) end();
    await collecting;
  }
}

async function sendAt(job: PlannedJob, stand: Stand, watch: PlanWatch): Promise<void> {
  await watch.untilShare(job.sendAtShare);
  for (let copy = 0; copy < job.copies; copy += 1) await send(job, stand, watch);
}

async function send(job: PlannedJob, stand: Stand, watch: PlanWatch): Promise<void> {
  const { host } = stand.site;
  const queue = queueOf(job.priority) === "express" ? "ExpressQueueUrl" : "JobsQueueUrl";
  watch.sent(await stand.queues.send(stand.queueUrl(queue), jobBody(job, host), host), job.id);
}

async function collectResults(stand: Stand, watch: PlanWatch, over: AbortSignal): Promise<void> {
  const url = stand.queueUrl("ResultsQueueUrl");
  while (!over.aborted) {
    for (const { body, atMs } of await stand.queues.take(url, RESULTS_WAIT_SECONDS)) watch.result(body, atMs);
  }
  for (const { body, atMs } of await stand.queues.takeAll(url)) watch.result(body, atMs);
}

async function finalRecords(stand: Stand, plan: Plan): Promise<FinalRecord[]> {
  const records = await stand.leases.readMany(plan.jobs.map(({ id }) => `job#${id}` as const));
  return records.map(({ key, state, fence, history }) => ({
    job: key.slice("job#".length),
    state,
    fence,
    events: history,
  }));
}

/** Copies by the job that they are of. */
async function deadLettered(stand: Stand, plan: Plan): Promise<string[]> {
  const copies = await stand.queues.takeAll(stand.queueUrl("DeadLetterQueueUrl"));
  const ids = new Map(plan.jobs.map((job) => [jobBody(job, stand.site.host), job.id]));
  return copies.map(({ body }) => ids.get(body) ?? body);
}
