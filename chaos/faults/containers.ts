import { processesOf, signalAll } from "../stand/processes.ts";
import { COMPRESSED_TIME } from "../stand/compressed-time.ts";
import { NOTHING_TO_HIT, type Fault } from "./fault.ts";
import { pickContainer } from "./pick-process.ts";

const containerKill: Fault = {
  name: "container-kill",
  doc: "Every process of a container is killed at once.",
  inject(target, random) {
    const container = pickContainer(target, random);
    if (container === undefined) return NOTHING_TO_HIT;
    const pids = processesOf(container.view).map(({ pid }) => pid);
    signalAll(pids, "SIGKILL");
    const what = `SIGKILL to all ${pids.length} processes of ${container.view.id}, which held ${container.jobs.join(", ")}`;
    return { what, hit: true, interrupted: container.jobs };
  },
};

const LEASE_MS = Number(COMPRESSED_TIME["SUBLET_LEASE_MS"]);
/** Longer than a lease with its skew margin: somebody else has the jobs by then. */
const PAST_THE_LEASE_MS = { min: 5_500, max: 8_000 } as const;
/** Shorter than a lease: nobody else may have them. */
const WITHIN_THE_LEASE_MS = { min: 300, max: 2_000 } as const;

export const CONTAINER_FAULTS: readonly Fault[] = [
  containerKill,
  freeze(
    "container-freeze",
    "A whole container stops for longer than its leases last, and then goes on.",
    PAST_THE_LEASE_MS,
  ),
  freeze("container-pause", "A whole container stops for a moment, its leases still good.", WITHIN_THE_LEASE_MS),
];

function freeze(name: string, doc: string, forMs: { readonly min: number; readonly max: number }): Fault {
  return {
    name,
    doc,
    inject(target, random) {
      const container = pickContainer(target, random);
      if (container === undefined) return NOTHING_TO_HIT;
      const afterMs = random.int(forMs.min, forMs.max);
      const pids = processesOf(container.view).map(({ pid }) => pid);
      signalAll(pids, "SIGSTOP");
      return {
        what: `SIGSTOP to ${container.view.id} for ${afterMs} ms, which held ${container.jobs.join(", ")}`,
        hit: true,
        // Within its leases it goes on by itself.
        interrupted: forMs.min > LEASE_MS ? container.jobs : [],
        stopped: { container: container.name ?? "", untilMs: Date.now() + afterMs },
        end: { afterMs, now: () => signalAll(pids, "SIGCONT") },
      };
    },
  };
}
