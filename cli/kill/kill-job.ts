import type { FleetOrderStore } from "../../functions/core/fleet/fleet-orders.ts";
import type { JobResult } from "../../functions/core/job/job-result.ts";
import { takeable } from "../../functions/core/lease/lease-rules.ts";
import type { LeaseStore } from "../../functions/core/lease/lease-store.ts";
import type { LeaseRecord } from "../../functions/core/lease/lease.ts";
import { jobKey } from "../job-record.ts";
import { killedHistory, killedResult, OPERATOR } from "./killed-result.ts";

/** The fleet, as far as killing touches it. */
export interface KillingFleet {
  readonly leases: Pick<LeaseStore, "read" | "take" | "finish">;
  readonly orders: Pick<FleetOrderStore, "kill">;
  /** Tells a result on the results queue. */
  publish(result: JobResult): Promise<void>;
  now(): number;
  /** Until the next look. */
  pause(): Promise<void>;
}

/** What came of it for one job. */
export type KillEnd =
  | { readonly id: string; readonly kind: "ended"; readonly result: JobResult }
  /** Its container knows, or will within seconds; nobody waited for it. */
  | { readonly id: string; readonly kind: "ordered"; readonly record: LeaseRecord }
  /** The time was over. The order stands. */
  | { readonly id: string; readonly kind: "still-held"; readonly record: LeaseRecord }
  /** So many orders stand already. */
  | { readonly id: string; readonly kind: "too-many-orders" };

/** For as long as this command needs between taking a job and ending it. */
const TAKE_MS = 30_000;

/**
 * Ends a job wherever it is. A container that has it is asked to end it; one that waits is ended here, under a lease of its
 * own, so that no container runs it when its message comes. Looks again until the record says that it has ended, because
 * a job that is asked for may be given back or move meanwhile.
 * @param timeoutMs how long to wait for its container; 0: don't
 */
export async function killJob(fleet: KillingFleet, id: string, by: string, timeoutMs: number): Promise<KillEnd> {
  const endsAtMs = fleet.now() + timeoutMs;
  let orderedFence: number | undefined;
  for (;;) {
    const record = await fleet.leases.read(jobKey(id));
    const verdict = takeable(record, fleet.now());
    if (record?.result !== undefined && verdict.kind === "finished") return ended(fleet, id, record.result);
    if (verdict.kind === "free") {
      const result = await endHere(fleet, id, record, by);
      if (result !== undefined) return { id, kind: "ended", result };
    }
    if (record !== undefined && verdict.kind === "held") {
      if (orderedFence !== record.fence) {
        // An order means attempts that were taken before it, and this machine's clock may be behind the container's.
        const order = { job: id, atMs: Math.max(fleet.now(), record.acquiredAtMs), by };
        if ((await fleet.orders.kill(order)).kind === "full") return { id, kind: "too-many-orders" };
        orderedFence = record.fence;
      }
      if (timeoutMs === 0) return { id, kind: "ordered", record };
      if (fleet.now() >= endsAtMs) return { id, kind: "still-held", record };
      await fleet.pause();
    }
  }
}

/** A job that this command ended before, and maybe broke off before telling so, is told again. */
async function ended(fleet: KillingFleet, id: string, result: JobResult): Promise<KillEnd> {
  if (result.container === OPERATOR) await fleet.publish(result);
  return { id, kind: "ended", result };
}

/** Undefined when a container was faster. */
async function endHere(
  fleet: KillingFleet,
  id: string,
  record: LeaseRecord | undefined,
  by: string,
): Promise<JobResult | undefined> {
  const { jobClass, strategy, site } = record ?? {};
  const kept = {
    ...(jobClass !== undefined && { jobClass }),
    ...(strategy !== undefined && { strategy }),
    ...(site !== undefined && { site }),
  };
  const owner = { container: OPERATOR, invocation: crypto.randomUUID() };
  const taken = await fleet.leases.take({ key: jobKey(id), owner, durationMs: TAKE_MS, ...kept }, fleet.now());
  if (taken.kind !== "taken") return undefined;
  const { lease, history } = taken;
  const atMs = fleet.now();
  const result = killedResult(id, lease, kept, by, atMs);
  const finished = await fleet.leases.finish(lease, result, atMs, killedHistory(history, lease.fence, by, atMs));
  if (finished.kind === "lost") return undefined;
  await fleet.publish(result);
  return result;
}
