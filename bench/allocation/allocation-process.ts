import { setTimeout as delay } from "node:timers/promises";

import { TEXT_ONLY } from "../../functions/core/job/resource-policy.ts";
import type { BrowserPool } from "../../functions/browser/browser-pool.ts";
import type { Allocation } from "../figures/arm-figures.ts";
import { openPool } from "../arm/pooled-pages.ts";

export interface AllocationTask {
  readonly chromiumDir: string;
  readonly tempDir: string;
  readonly hotSamples: number;
  readonly warmSamples: number;
  readonly coldSamples: number;
}

export interface AllocationMessage {
  readonly kind: "allocations";
  readonly allocations: readonly Allocation[];
}

const READY_POLL_MS = 5;
const READY_DEADLINE_MS = 10_000;

const task = JSON.parse(process.argv[2] ?? "") as AllocationTask;
const allocations: Allocation[] = [];

// Cold: from nothing, the launch with its self-test included.
for (let sample = 0; sample < task.coldSamples; sample += 1) {
  const pool = openPool(task);
  await leaseOnce(pool, "cold");
  await pool.close();
}
// Warm: the browser is up, and nothing is made ahead.
await sampleMany(openPool({ ...task, pristine: 0 }), "warm", task.warmSamples);
// Hot: a pristine context is ready.
await sampleMany(openPool({ ...task, pristine: 1 }), "hot", task.hotSamples);
process.send?.({ kind: "allocations", allocations } satisfies AllocationMessage);
process.disconnect();

async function sampleMany(pool: BrowserPool, wanted: "warm" | "hot", samples: number): Promise<void> {
  await pool.start();
  for (let sample = 0; sample < samples; sample += 1) {
    if (wanted === "hot") await pristineReady(pool);
    await leaseOnce(pool, wanted);
  }
  await pool.close();
}

async function leaseOnce(pool: BrowserPool, wanted: Allocation["temperature"]): Promise<void> {
  const request = { profile: "default", resources: TEXT_ONLY, signal: new AbortController().signal } as const;
  const lease = await pool.leaseContext(request);
  const { allocation } = lease;
  await lease.release();
  if (allocation.temperature !== wanted) throw new Error(`a ${wanted} allocation was ${allocation.temperature}`);
  allocations.push(allocation);
}

async function pristineReady(pool: BrowserPool): Promise<void> {
  const endMs = performance.now() + READY_DEADLINE_MS;
  while (pool.status().contexts.pristine === 0) {
    if (performance.now() > endMs) throw new Error("no pristine context was made ahead");
    await delay(READY_POLL_MS);
  }
}
