import type { SiteVisit } from "../../chaos/load/site.ts";
import type { StandListener } from "../../chaos/stand/stand.ts";
import type { JobResult } from "../../functions/core/job/job-result.ts";
import type { ContainerMessage, SeenJob, SeenRequest, SeenResult, SeenRound } from "./seen-round.ts";

/** Gathers what is seen of one round while it runs. */
export class RoundWatch implements StandListener {
  /** Invocations that failed, in the local stack's words. */
  readonly failures: string[] = [];
  readonly #jobs: readonly string[];
  readonly #requests = new Map<string, SeenRequest[]>();
  readonly #restoredAtMs = new Map<string, number[]>();
  readonly #results = new Map<string, SeenResult>();
  readonly #launchesMs: number[] = [];
  #killedAtMs: number | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(jobs: readonly string[]) {
    this.#jobs = jobs;
  }

  visited({ job, page, atMs, connection }: SiteVisit): void {
    append(this.#requests, job, { page, atMs, connectedAtMs: connection.openedAtMs });
    this.#change();
  }

  exchanged(): void {}

  logged({ message }: { readonly message: unknown }): void {
    const { message: text, timestamp, job, launchMs } = (message ?? {}) as ContainerMessage;
    if (text === "browser launched" && launchMs !== undefined) this.#launchesMs.push(launchMs);
    if (text !== "job goes on after a crash" || job === undefined || timestamp === undefined) return;
    append(this.#restoredAtMs, job, Date.parse(timestamp));
  }

  failed(why: string): void {
    this.failures.push(why);
  }

  told(body: string): void {
    const { id, kind, attempt, output, timings } = JSON.parse(body) as JobResult;
    const { rows = [] } = (output as { values?: { rows?: readonly string[] } } | undefined)?.values ?? {};
    const { recovered = 0, waitedMs = 0 } = timings?.interruptions ?? {};
    this.#results.set(id, { kind, attempt, rows, recovered, waitedMs });
    this.#change();
  }

  /** From now on what is launched takes the dead browser's place. */
  killed(atMs: number): void {
    this.#killedAtMs = atMs;
    this.#launchesMs.length = 0;
  }

  /** Whether every job has asked for so many pages. */
  haveAsked(pages: number): boolean {
    return this.#jobs.every((job) => (this.#requests.get(job)?.length ?? 0) >= pages);
  }

  get isOver(): boolean {
    return this.#jobs.every((job) => this.#results.has(job));
  }

  /** Resolves at the next request or result. */
  change(): Promise<void> {
    return this.#changed.promise;
  }

  /** The last launch before the kill; after it, of the browser that came in place of the dead one. */
  get launchMs(): number | undefined {
    return this.#launchesMs.at(-1);
  }

  seen(): SeenRound {
    if (this.#killedAtMs === undefined) throw new Error("no browser was killed in this round");
    return { killedAtMs: this.#killedAtMs, launchMs: this.launchMs, jobs: this.#jobs.map((id) => this.#seenJob(id)) };
  }

  #seenJob(id: string): SeenJob {
    return {
      id,
      requests: this.#requests.get(id) ?? [],
      restoredAtMs: this.#restoredAtMs.get(id) ?? [],
      result: this.#results.get(id),
    };
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
