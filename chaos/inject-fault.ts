import { setTimeout as delay } from "node:timers/promises";

import { randomFrom } from "../examples/shop/random.ts";
import { NOTHING_TO_HIT, type FaultTarget, type Injection } from "./faults/fault.ts";
import { faultNamed } from "./faults/registry.ts";
import type { InjectedFault } from "./history.ts";
import type { FaultOrder } from "./plan/plan.ts";
import type { PlanWatch } from "./watch.ts";

const JOBS_ARE_THE_FAULT: Injection = { what: "its jobs are the fault", hit: true };
const LOOK_EVERY_MS = 50;

/**
 * Injects a fault at its moment. Where it finds nothing to hit, as between two jobs, it looks again until the plan is over.
 * @param ends what is still to be ended when the plan is over
 */
export async function injectAt(
  order: FaultOrder,
  target: FaultTarget,
  watch: PlanWatch,
  ends: Set<() => void>,
): Promise<InjectedFault> {
  const fault = faultNamed(order.fault);
  await watch.untilShare(order.atShare);
  let injection = await tryOnce();
  while (!injection.hit && !watch.isOver) {
    await Promise.race([watch.change(), delay(LOOK_EVERY_MS)]);
    injection = await tryOnce();
  }
  const { end, what, hit, stopped, interrupted = [] } = injection;
  const atMs = Date.now();
  if (end !== undefined) endLater(end, ends);
  return { order, atMs, what, hit, interrupted, ...(stopped === undefined ? {} : { stopped }) };

  async function tryOnce(): Promise<Injection> {
    if (fault.inject === undefined) return JOBS_ARE_THE_FAULT;
    return watch.isOver ? NOTHING_TO_HIT : fault.inject(target, randomFrom(order.seed));
  }
}

function endLater({ afterMs, now }: NonNullable<Injection["end"]>, ends: Set<() => void>): void {
  const once = () => {
    clearTimeout(timer);
    if (ends.delete(once)) now();
  };
  const timer = setTimeout(once, afterMs);
  ends.add(once);
}
