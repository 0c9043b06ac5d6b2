import type { FleetOrderStore } from "../../functions/core/fleet/fleet-orders.ts";
import type { JobRecord } from "../job-record.ts";

/** The fleet, as far as ending everything touches it. */
export interface EndedFleet {
  readonly orders: Pick<FleetOrderStore, "killAll">;
  /** Jobs under a lease that holds, as the index shows them: a moment late. */
  running(): Promise<readonly JobRecord[]>;
  read(ids: readonly string[]): Promise<readonly JobRecord[]>;
  now(): number;
  /** Until the next look. */
  pause(): Promise<void>;
}

export interface AllKilled {
  readonly atMs: number;
  /** Records of jobs that ran and don't any more. */
  readonly ended: readonly JobRecord[];
  /** Jobs that a container holds still. */
  readonly left: readonly JobRecord[];
}

/** The index is a moment behind: one look that finds nothing new may be wrong. */
const LOOKS = 2;

/** Orders the end of every attempt that was taken by now. @param timeoutMs how long to wait for the containers; 0: don't */
export async function killAll(fleet: EndedFleet, by: string, timeoutMs: number): Promise<AllKilled> {
  const endsAtMs = fleet.now() + timeoutMs;
  let running = await fleet.running();
  // This machine's clock may be behind the containers'.
  const atMs = Math.max(fleet.now(), ...running.map(({ acquiredAtMs }) => acquiredAtMs));
  await fleet.orders.killAll(atMs, by);
  if (timeoutMs === 0) return { atMs, ended: [], left: running };
  const meant = new Map(running.map((job) => [job.id, job]));
  const ended = new Map<string, JobRecord>();
  for (let looks = 0; ;) {
    for (const now of await fleet.read([...meant.keys()])) {
      const before = meant.get(now.id);
      if (now.state === "held" && now.fence === before?.fence) continue;
      ended.set(now.id, now);
      meant.delete(now.id);
    }
    looks = meant.size === 0 ? looks + 1 : 0;
    if (looks >= LOOKS || fleet.now() >= endsAtMs) break;
    await fleet.pause();
    running = await fleet.running();
    for (const job of running) if (job.acquiredAtMs <= atMs && !ended.has(job.id)) meant.set(job.id, job);
  }
  return { atMs, ended: [...ended.values()], left: [...meant.values()] };
}
