import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

import type { InvocationUsage } from "../core/cost/usage-meter.ts";
import { METRIC_NAMESPACE, METRICS } from "./metric-names.ts";

type Add = (metric: Metric, ...values: readonly number[]) => void;
type Metric = (typeof METRICS)[keyof typeof METRICS];

/** How the container stands at the end of an invocation. */
export interface ContainerGauges {
  readonly rung: string;
  readonly zombies: number;
  readonly memory: { readonly usedMiB: number };
  readonly temp: { readonly freeMiB: number | undefined };
}

/** Writes one invocation's usage as EMF lines: one with the invocation's figures, one for each class and outcome. */
export function emitUsage(usage: InvocationUsage, gauges: ContainerGauges): void {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: "worker" });
  const add: Add = (metric, ...values) => {
    for (const value of values) metrics.addMetric(metric.name, MetricUnit[metric.unit], value);
  };
  metrics.addMetadata("container", usage.container);
  metrics.addMetadata("invocation", usage.invocation);
  metrics.addMetadata("rung", gauges.rung);
  add(METRICS.invocationMs, usage.durationMs);
  add(METRICS.batchSize, usage.batchSize);
  add(METRICS.refilledJobs, usage.refilledJobs);
  add(METRICS.slots, usage.slots);
  add(METRICS.contextsPeak, usage.contextsPeak);
  add(METRICS.slotSecondsOffered, usage.slotSecondsOffered);
  add(METRICS.slotSecondsUsed, usage.slotSecondsUsed);
  add(METRICS.gbSeconds, usage.gbSeconds);
  add(METRICS.cpuSeconds, usage.cpuSeconds);
  add(METRICS.duplicates, usage.duplicates);
  add(METRICS.rejected, usage.rejected);
  add(METRICS.fencedOut, usage.fencedOut);
  add(METRICS.browserLaunches, usage.browserLaunches);
  add(METRICS.browserCrashes, usage.browserCrashes);
  add(
    METRICS.givenBack,
    Object.values(usage.givenBack).reduce((sum, count) => sum + count, 0),
  );
  add(METRICS.queuedMs, ...usage.queuedMs);
  add(METRICS.waitMs, ...usage.waitMs);
  add(METRICS.runMs, ...usage.runMs);
  add(METRICS.allocationColdMs, ...usage.allocationMs.cold);
  add(METRICS.allocationWarmMs, ...usage.allocationMs.warm);
  add(METRICS.allocationHotMs, ...usage.allocationMs.hot);
  add(METRICS.sessionsLeased, usage.sessions.leased);
  add(METRICS.sessionsReleased, usage.sessions.released);
  add(METRICS.sessionsQuarantined, usage.sessions.quarantined);
  add(METRICS.sessionsRefreshed, usage.sessions.refreshed);
  add(METRICS.sessionsFencedOut, usage.sessions.fencedOut);
  add(METRICS.sessionsUnavailable, usage.sessions.unavailable);
  add(METRICS.sessionWaitMs, ...usage.sessions.waitMs);
  add(METRICS.sessionLoginMs, ...usage.sessions.loginMs);
  addDurability(usage.durability, add);
  add(METRICS.zombies, gauges.zombies);
  add(METRICS.memoryMiB, gauges.memory.usedMiB);
  if (gauges.temp.freeMiB !== undefined) add(METRICS.tempFreeMiB, gauges.temp.freeMiB);
  metrics.publishStoredMetrics();
  for (const { jobClass, kind, count } of usage.outcomes) {
    metrics.addDimensions({ class: jobClass, outcome: kind });
    add(METRICS.jobs, count);
    metrics.publishStoredMetrics();
  }
}

function addDurability(usage: InvocationUsage["durability"], add: Add): void {
  add(METRICS.checkpoints, usage.checkpoints);
  add(METRICS.checkpointBytes, usage.checkpointBytes);
  add(METRICS.checkpointObjects, usage.checkpointObjects);
  add(METRICS.checkpointMs, ...usage.checkpointMs);
  add(METRICS.recoveredFromBrowser, usage.recovered.browser);
  add(METRICS.recoveredFromRenderer, usage.recovered.renderer);
  add(METRICS.evicted, usage.recovered.memory);
  add(METRICS.recoveryMs, ...usage.recoveryMs);
  add(METRICS.displaced, usage.displaced);
  add(METRICS.displacedMs, ...usage.displacedMs);
  add(METRICS.repeatedMs, usage.repeatedMs);
  add(METRICS.moved, usage.moved);
  add(METRICS.poisoned, usage.poisoned);
  add(METRICS.killed, usage.killed);
}
