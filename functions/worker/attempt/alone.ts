import type { Outcome } from "../../core/job/outcome.ts";
import type { Container } from "../container.ts";
import type { AttemptStart } from "./attempt-start.ts";

/** What took the slot of a job that doesn't get another one in time. */
export const ALONE = "the wait for a slot without neighbours";

/**
 * The job has its container for itself: should the container vanish, it is known that nobody else was in it. One write.
 * Undefined where the job may run.
 */
export async function noteAlone(
  { leases, log }: Container,
  { story, lease }: AttemptStart,
): Promise<Outcome | undefined> {
  story.startsAlone();
  const noted = await leases.note(lease, story.events, Date.now()).catch((error: unknown) => {
    log.warn("that a job runs alone could not be noted in its record", { key: lease.key, error });
  });
  return noted?.kind === "lost" ? { kind: "lease-lost", detail: `fence ${lease.fence} is over` } : undefined;
}
