export interface LoadOptions {
  /** Jobs at once. */
  readonly slots: number;
  /** Jobs that are counted. */
  readonly jobs: number;
  /** Runs one job in a slot; a rejection before the window closes ends the load. */
  readonly run: (index: number) => Promise<void>;
  readonly onOpened: () => void;
}

/**
 * Keeps every slot busy and counts in the steady state: the window opens when as many jobs have ended as there are
 * slots, and closes when `jobs` more have ended; until then a slot that comes free gets the next job. So neither the
 * start nor the emptying at the end counts, and the work that is cut off at one edge is about what was begun before the
 * other. Settles when the window closes: what still runs then is the caller's to end, and may fail.
 */
export async function runSteadyLoad({ slots, jobs, run, onOpened }: LoadOptions): Promise<void> {
  const closed = Promise.withResolvers<void>();
  let started = 0;
  let ended = 0;
  let failed = false;
  const last = slots + jobs;
  const slot = async () => {
    while (ended < last && !failed) {
      const index = started;
      started += 1;
      try {
        await run(index);
      } catch (error) {
        failed = true;
        closed.reject(error);
        return;
      }
      ended += 1;
      if (ended === slots) onOpened();
      if (ended === last) closed.resolve();
    }
  };
  for (let one = 0; one < slots; one += 1) void slot();
  await closed.promise;
}
