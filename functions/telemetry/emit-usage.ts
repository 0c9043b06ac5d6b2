import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

import type { InvocationUsage } from "../core/cost/usage-meter.ts";
import { METRIC_NAMESPACE, METRICS } from "./metric-names.ts";

type Metric = (typeof METRICS)[keyof typeof METRICS];

/** Writes one invocation's usage as EMF lines: one with the invocation's figures, one for each class and outcome. */
export function emitUsage(usage: InvocationUsage, rung: string): void {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: "worker" });
  const add = (metric: Metric, ...values: readonly number[]) => {
    for (const value of values) metrics.addMetric(metric.name, MetricUnit[metric.unit], value);
  };
  metrics.addMetadata("container", usage.container);
  metrics.addMetadata("invocation", usage.invocation);
  metrics.addMetadata("rung", rung);
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
  metrics.publishStoredMetrics();
  for (const { jobClass, kind, count } of usage.outcomes) {
    metrics.addDimensions({ class: jobClass, outcome: kind });
    add(METRICS.jobs, count);
    metrics.publishStoredMetrics();
  }
}
