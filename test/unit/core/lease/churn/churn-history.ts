/** What happened to a job, in the order in which it truly did: at the store, and on the site. */
export type ChurnEvent =
  | { readonly kind: "taken"; readonly key: string; readonly container: string; readonly fence: number }
  /** The site was acted upon: no fence can stop that. */
  | {
      readonly kind: "acted";
      readonly key: string;
      readonly container: string;
      readonly fence: number;
      readonly page: number;
    }
  /** The store let a write through and changed by it. */
  | {
      readonly kind: "wrote";
      readonly what: "renew" | "checkpoint" | "release" | "finish";
      readonly key: string;
      readonly container: string;
      /** Of the lease that the writer had. */
      readonly fence: number;
      /** Of a checkpoint: its sequence. */
      readonly page?: number;
    };

/** A guarantee that was broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

interface Job {
  fence: number;
  holder: string;
  state: "held" | "released" | "finished";
  page: number;
  readonly acted: Set<number>;
}

/**
 * Reads a history and throws `Violation` where it breaks a guarantee. Knows nothing of the store's rules.
 *
 * 1. A fence rises by one with each take, and nobody takes what is finished.
 * 2. A write that changed something came from the newest holder, which had not let go.
 * 3. Checkpoints only advance. Every job ends with one finish, after all its pages were visited.
 * 4. Only the newest holder acts on the site; where clocks are wrong beyond the margin that isn't promised, and the answer
 *    is how often somebody acted beside the holder.
 */
export function overlapsIn(
  history: readonly ChurnEvent[],
  jobs: ReadonlyMap<string, number>,
  clocks: "within-margin" | "beyond-margin",
): number {
  const seen = new Map<string, Job>();
  let overlaps = 0;
  for (const event of history) {
    const job = seen.get(event.key);
    const who = `${event.container} (fence ${event.fence})`;
    if (event.kind === "taken") {
      if (event.fence !== (job?.fence ?? 0) + 1)
        throw new Violation(`${who} took ${event.key} after fence ${job?.fence}`);
      if (job?.state === "finished") throw new Violation(`${who} took ${event.key}, which is finished`);
      const { page = 0, acted = new Set<number>() } = job ?? {};
      seen.set(event.key, { fence: event.fence, holder: event.container, state: "held", page, acted });
      continue;
    }
    if (job === undefined) throw new Violation(`${event.key} was never taken`);
    const isHolder = job.state === "held" && job.fence === event.fence && job.holder === event.container;
    if (event.kind === "acted") {
      job.acted.add(event.page);
      if (isHolder) continue;
      overlaps += 1;
      if (clocks === "within-margin") {
        throw new Violation(
          `${who} acts for ${event.key} while ${job.holder} (fence ${job.fence}) has it ${job.state}`,
        );
      }
    } else {
      if (!isHolder) {
        throw new Violation(`a ${event.what} of ${who} passed, ${event.key} was ${job.state} under fence ${job.fence}`);
      }
      wrote(job, event, jobs.get(event.key) ?? 0);
    }
  }
  for (const key of jobs.keys()) {
    if (seen.get(key)?.state !== "finished") throw new Violation(`${key} never ended`);
  }
  return overlaps;
}

function wrote(job: Job, { what, key, page = 0 }: Extract<ChurnEvent, { kind: "wrote" }>, pages: number): void {
  if (what === "release") job.state = "released";
  if (what === "checkpoint") {
    if (page <= job.page) throw new Violation(`${key} fell from page ${job.page} to ${page}`);
    job.page = page;
  }
  if (what === "finish") {
    job.state = "finished";
    for (let one = 1; one <= pages; one += 1) {
      if (!job.acted.has(one)) throw new Violation(`${key} was finished without its page ${one}`);
    }
  }
}
