import type { Container } from "./container.ts";
import type { Invocation } from "./invocation.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * When the invocation nears its end, jobs that won't be done by then are asked to leave: each stops at its next checkpoint
 * and goes on in another container. Who is expected to come to an end here is left alone, until it takes longer.
 * @returns what stops watching
 */
export function moveBeforeTheEnd(container: Container, invocation: Invocation): () => void {
  const { moveMarginMs, drainMarginMs } = container.configuration;
  const untilMs = () => invocation.workMsLeft() + drainMarginMs - moveMarginMs;
  let timer: NodeJS.Timeout;
  const look = () => {
    if (untilMs() <= 0) ask(container, invocation);
    timer = setTimeout(look, Math.max(LOOK_EVERY_MS, untilMs()));
  };
  timer = setTimeout(look, Math.max(0, untilMs()));
  return () => clearTimeout(timer);
}

/** Once one has left for want of time no more are taken: it would come back at once, to leave again. */
function ask({ log }: Container, invocation: Invocation): void {
  const leftMs = Math.max(0, invocation.workMsLeft());
  for (const job of invocation.roster.jobs) {
    const expectedMs = job.expectedMs();
    if (job.isLeaving || (expectedMs > 0 && expectedMs <= leftMs)) continue;
    log.info("the invocation nears its end: job is to go on elsewhere", { job: job.id, leftMs, expectedMs });
    invocation.takesMore = false;
    job.askToLeave({ kind: "out-of-time" }, leftMs);
  }
}
