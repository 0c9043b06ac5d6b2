import { expect, test } from "vitest";

import { METRIC, UsageCounter } from "../../../cli/run/fleet-usage.ts";
import { METRICS } from "../../../functions/telemetry/metric-names.ts";

const line = (from: "stdout" | "platform", message: unknown) => ({ timeMs: 0, container: "c", from, message }) as const;
const report = (billedDurationMs: number) =>
  line("platform", { type: "platform.report", record: { metrics: { billedDurationMs, memorySizeMB: 2_048 } } });

test("adds up metrics and reports, takes the highest peak, and knows what runs", () => {
  const counter = new UsageCounter();
  counter.add(line("platform", { type: "platform.start" }));
  counter.add(line("platform", { type: "platform.start" }));
  counter.add(
    line("stdout", { _aws: {}, SlotSecondsUsed: 2, SlotSecondsOffered: 4, ContextsPeak: 3, SessionsRefreshed: 2 }),
  );
  counter.add(
    line("stdout", { _aws: {}, SlotSecondsUsed: 1, SlotSecondsOffered: 4, ContextsPeak: 2, CpuSeconds: 0.5 }),
  );
  counter.add(line("stdout", { message: "no metrics", SlotSecondsUsed: 99 }));
  counter.add(line("stdout", "plain text"));
  counter.add(report(1_500));
  expect(counter.running).toBe(1);
  expect(counter.usage).toEqual({
    invocations: 1,
    gbSeconds: 3,
    slotSecondsOffered: 8,
    slotSecondsUsed: 3,
    cpuSeconds: 0.5,
    contextsPeak: 3,
    browserLaunches: 0,
    sessionsRefreshed: 2,
  });
});

test("the metrics' names are the worker's own", () => {
  for (const [key, name] of Object.entries(METRIC)) expect(METRICS[key as keyof typeof METRIC].name).toBe(name);
});
