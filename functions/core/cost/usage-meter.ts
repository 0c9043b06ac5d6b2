import type { JobClass } from "../job/job-message.ts";
import type { AllocationTemperature } from "../job/job-result.ts";
import type { OutcomeKind } from "../job/outcome.ts";
import { DurabilityMeter, type DurabilityUsage } from "./durability-meter.ts";
import { SessionMeter, type SessionUsage } from "../session/session-meter.ts";

/** What one invocation used: the raw figures that cost and utilization are computed from. */
export interface InvocationUsage {
  readonly container: string;
  readonly invocation: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly memoryMiB: number;
  readonly slots: number;
  readonly slotSecondsOffered: number;
  readonly slotSecondsUsed: number;
  readonly gbSeconds: number;
  readonly cpuSeconds: number;
  readonly outcomes: readonly { readonly jobClass: JobClass; readonly kind: OutcomeKind; readonly count: number }[];
  readonly givenBack: Readonly<Record<string, number>>;
  readonly duplicates: number;
  /** Messages that weren't jobs. */
  readonly rejected: number;
  readonly allocationMs: Readonly<Record<AllocationTemperature, readonly number[]>>;
  readonly queuedMs: readonly number[];
  readonly waitMs: readonly number[];
  readonly runMs: readonly number[];
  readonly contextsPeak: number;
  readonly batchSize: number;
  readonly refilledJobs: number;
  readonly browserLaunches: number;
  readonly browserCrashes: number;
  readonly fencedOut: number;
  readonly sessions: SessionUsage;
  readonly durability: DurabilityUsage;
}

export interface MeterStart {
  readonly container: string;
  readonly invocation: string;
  readonly memoryMiB: number;
  readonly slots: number;
  readonly batchSize: number;
}

/** Adds up one invocation. Time is the caller's; slots in use are integrated over it. */
export class UsageMeter {
  readonly sessions = new SessionMeter();
  readonly durability = new DurabilityMeter();
  readonly #start: MeterStart;
  readonly #startedAtMs: number;
  readonly #outcomes = new Map<string, { jobClass: JobClass; kind: OutcomeKind; count: number }>();
  readonly #givenBack: Record<string, number> = {};
  readonly #allocationMs: Record<AllocationTemperature, number[]> = { cold: [], warm: [], hot: [] };
  readonly #queuedMs: number[] = [];
  readonly #waitMs: number[] = [];
  readonly #runMs: number[] = [];
  #used = 0;
  #usedSinceMs: number;
  #slotMs = 0;
  #peak = 0;
  #duplicates = 0;
  #rejected = 0;
  #refilledJobs = 0;
  #fencedOut = 0;

  constructor(start: MeterStart, nowMs: number) {
    this.#start = start;
    this.#startedAtMs = nowMs;
    this.#usedSinceMs = nowMs;
  }

  slotTaken(nowMs: number): void {
    this.#integrate(nowMs);
    this.#used += 1;
    this.#peak = Math.max(this.#peak, this.#used);
  }

  slotFreed(nowMs: number): void {
    this.#integrate(nowMs);
    this.#used -= 1;
  }

  waited(queuedMs: number, waitMs: number): void {
    this.#queuedMs.push(queuedMs);
    this.#waitMs.push(waitMs);
  }

  allocated(temperature: AllocationTemperature, ms: number): void {
    this.#allocationMs[temperature].push(ms);
  }

  ended(jobClass: JobClass, kind: OutcomeKind, runMs: number | undefined): void {
    const key = `${jobClass} ${kind}`;
    const entry = this.#outcomes.get(key) ?? { jobClass, kind, count: 0 };
    this.#outcomes.set(key, { ...entry, count: entry.count + 1 });
    if (runMs !== undefined) this.#runMs.push(runMs);
    if (kind === "lease-lost") this.#fencedOut += 1;
  }

  gaveBack(reason: string): void {
    this.#givenBack[reason] = (this.#givenBack[reason] ?? 0) + 1;
  }

  duplicate(): void {
    this.#duplicates += 1;
  }

  rejected(): void {
    this.#rejected += 1;
  }

  refilled(jobs: number): void {
    this.#refilledJobs += jobs;
  }

  /** Closes the account. `browser` is what the browser room counted since the last invocation was closed. */
  read(
    nowMs: number,
    browser: { readonly cpuSeconds: number; readonly launches: number; readonly crashes: number },
  ): InvocationUsage {
    this.#integrate(nowMs);
    const durationMs = nowMs - this.#startedAtMs;
    const { memoryMiB, slots } = this.#start;
    return {
      ...this.#start,
      startedAtMs: this.#startedAtMs,
      durationMs,
      slotSecondsOffered: (slots * durationMs) / 1_000,
      slotSecondsUsed: this.#slotMs / 1_000,
      gbSeconds: (memoryMiB / 1_024) * (durationMs / 1_000),
      cpuSeconds: browser.cpuSeconds,
      outcomes: [...this.#outcomes.values()],
      givenBack: this.#givenBack,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      allocationMs: this.#allocationMs,
      queuedMs: this.#queuedMs,
      waitMs: this.#waitMs,
      runMs: this.#runMs,
      contextsPeak: this.#peak,
      refilledJobs: this.#refilledJobs,
      browserLaunches: browser.launches,
      browserCrashes: browser.crashes,
      fencedOut: this.#fencedOut,
      sessions: this.sessions.read(),
      durability: this.durability.read(),
    };
  }

  #integrate(nowMs: number): void {
    this.#slotMs += this.#used * (nowMs - this.#usedSinceMs);
    this.#usedSinceMs = nowMs;
  }
}
