import type { FleetOrderStore } from "../../functions/core/fleet/fleet-orders.ts";
import type { EventSource } from "./event-sources.ts";
import { isAtRest, type FleetWork } from "./fleet-work.ts";

/** The fleet, as far as draining touches it. */
export interface DrainedFleet {
  readonly orders: Pick<FleetOrderStore, "drain" | "resume">;
  /** Asks for the state where it isn't there yet; `settled` when every source is in it. */
  switchSources(wanted: "on" | "off"): Promise<{ readonly sources: readonly EventSource[]; readonly settled: boolean }>;
  work(): Promise<FleetWork>;
}

type Drain = Awaited<ReturnType<FleetOrderStore["drain"]>>;

export interface DrainStatus {
  readonly drain: Drain;
  readonly sources: readonly EventSource[];
  readonly settled: boolean;
  readonly work: FleetWork;
  /**
   * Sources off, no job under a lease, and no message in a container's hands: none in flight at all, or none for so long
   * that a container would have put it under a lease.
   */
  readonly atRest: boolean;
}

/** Says so to the running containers first: they would go on taking jobs while their event sources are switched off. */
export async function startDrain(fleet: DrainedFleet, nowMs: number): Promise<DrainStatus> {
  const drain = await fleet.orders.drain(nowMs);
  return readDrain(fleet, drain);
}

async function readDrain(fleet: DrainedFleet, drain: Drain): Promise<DrainStatus> {
  const { sources, settled } = await fleet.switchSources("off");
  const work = await fleet.work();
  return { drain, sources, settled, work, atRest: settled && isAtRest(work) };
}

export interface Waiting {
  /** In milliseconds. */
  readonly timeoutMs: number;
  now(): number;
  /** Until the next look. */
  pause(): Promise<void>;
  onStatus(status: DrainStatus): void;
}

/** SQS's counts are approximations and the index is a moment behind: one look that finds nothing may be wrong. */
const LOOKS_AT_REST = 2;

/**
 * A container that lives puts a message under a lease, or back, within its wait for a slot (a minute). What is still hidden
 * after that, without any lease, was put off: it comes again by itself, to whoever works then.
 */
const PUT_OFF_MS = 90_000;

/** Looks until the fleet is at rest, or the time is over: `atRest` of the answer says which. */
export async function waitForRest(fleet: DrainedFleet, first: DrainStatus, waiting: Waiting): Promise<DrainStatus> {
  const endsAtMs = waiting.now() + waiting.timeoutMs;
  let status = first;
  let looks = first.atRest ? 1 : 0;
  let idleSinceMs: number | undefined;
  waiting.onStatus(status);
  while (looks < LOOKS_AT_REST && waiting.now() < endsAtMs) {
    await waiting.pause();
    status = await readDrain(fleet, first.drain);
    const isIdle = status.settled && status.work.running.length === 0;
    idleSinceMs = isIdle ? (idleSinceMs ?? waiting.now()) : undefined;
    const isPutOff = idleSinceMs !== undefined && waiting.now() - idleSinceMs >= PUT_OFF_MS;
    if (isPutOff) status = { ...status, atRest: true };
    looks = status.atRest ? looks + 1 : 0;
    waiting.onStatus(status);
  }
  return status;
}

/** Lets the containers take jobs before their event sources hand them any. */
export async function endDrain(
  fleet: DrainedFleet,
  waiting: Pick<Waiting, "now" | "pause" | "timeoutMs">,
): Promise<{ readonly sources: readonly EventSource[]; readonly settled: boolean }> {
  const endsAtMs = waiting.now() + waiting.timeoutMs;
  await fleet.orders.resume();
  let switched = await fleet.switchSources("on");
  while (!switched.settled && waiting.now() < endsAtMs) {
    await waiting.pause();
    switched = await fleet.switchSources("on");
  }
  return switched;
}
