import type { FleetOrders } from "../../functions/core/fleet/fleet-orders.ts";
import { counted } from "../counted.ts";
import { JOB_QUEUES, type QueueDepth } from "../queue-depths.ts";
import { localTime } from "../times.ts";
import { RESUME } from "./next-step.ts";

/** What the fleet looks like to a job that no container has taken yet. */
export interface FleetView {
  readonly queues: readonly QueueDepth[];
  /** Leases on jobs that are held now. */
  readonly running: number;
  /** Containers that hold them. */
  readonly containers: number;
  readonly orders: Pick<FleetOrders, "drain">;
}

/** Why there is no record of a job, as far as that can be known. */
export function explainAbsence(id: string, view: FleetView, timeOf: (atMs: number) => string = localTime): string[] {
  const waiting = view.queues.filter(({ queue }) => JOB_QUEUES.includes(queue));
  return [
    `Job ${id}: no container has taken it, or there is no such job. Queues can't be searched, so these numbers are about all jobs.`,
    "",
    ...waiting.map(describeDepth),
    `${counted(view.running, "job")} ${view.running === 1 ? "runs" : "run"} in ${counted(view.containers, "container")}.`,
    "",
    ...meaning(waiting, view, timeOf),
    ...deadLetters(view.queues),
  ];
}

function describeDepth({ queue, visible, inFlight, delayed }: QueueDepth): string {
  const put = delayed === 0 ? "" : `, ${delayed} delayed`;
  return `Queue ${queue}: about ${visible} waiting, ${inFlight} in a container's hands or put off${put}.`;
}

function meaning(
  waiting: readonly QueueDepth[],
  { orders, containers }: FleetView,
  timeOf: (atMs: number) => string,
): string[] {
  const sum = (count: (depth: QueueDepth) => number) => waiting.reduce((total, depth) => total + count(depth), 0);
  const visible = sum((depth) => depth.visible + depth.delayed);
  const inFlight = sum((depth) => depth.inFlight);
  if (visible + inFlight === 0) {
    return [
      "No message waits anywhere: it was never sent under this id, or it was rejected (`npx sublet results --peek` shows that), or it ended so long ago that its record is gone.",
    ];
  }
  if (orders.drain !== undefined) return [`The fleet is drained since ${timeOf(orders.drain.sinceMs)}: ${RESUME}`];
  if (visible === 0) {
    return [
      "If it is among those in flight, its container has it and waits for a slot, or it was put off and comes again by itself.",
    ];
  }
  if (containers === 0) {
    return [
      "Messages wait and no container is at work. One starts within seconds of a message; if this stays so, look at the event sources and the worker's log.",
    ];
  }
  return [
    "If it waits, it is for a free slot: containers take from the express queue (critical, high) first, and the event source starts more of them up to its limit.",
  ];
}

function deadLetters(queues: readonly QueueDepth[]): string[] {
  const dead = queues.filter(({ queue, visible }) => queue.endsWith("dead-letter") && visible > 0);
  return dead.map(
    ({ queue, visible }) => `Queue ${queue} has about ${counted(visible, "message")}: rejected ones are among them.`,
  );
}
