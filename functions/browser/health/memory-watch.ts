import type { BrowserEvent } from "../browser-event.ts";
import type { BrowserSettings } from "../browser-settings.ts";
import type { PooledBrowser } from "../pooled-browser.ts";
import type { PooledContext } from "../pooled-context.ts";
import type { HealthRound } from "./health-watch.ts";
import { isOver, memoryVerdict } from "./memory-verdict.ts";
import type { ContainerProcesses, ProcessWatch, Tenant } from "./process-watch.ts";
import { killRenderersOf } from "./renderer-kill.ts";

/** Memory can go fast: a page that fills 1 GiB takes about a second for it. */
const EVERY_MS = 500;
/** A renderer that was killed is gone by then; one that isn't was somebody else's. */
const GOING_LOOKS = 10;
/** A younger browser isn't replaced for its memory: the next one would be no better. */
const RETIRE_FROM_AGE_MS = 60_000;

export interface MemoryWatchOptions {
  readonly settings: Pick<BrowserSettings, "memoryLimitMiB" | "evictAtRatio">;
  readonly processes: ProcessWatch;
  /** The browser that takes new contexts. */
  readonly current: () => PooledBrowser | undefined;
  /** Replacement first. Idempotent. */
  readonly retire: (browser: PooledBrowser) => void;
  readonly onEvent: (event: BrowserEvent) => void;
}

export interface MemoryUse {
  readonly usedMiB: number;
  /** Undefined: nobody is evicted. */
  readonly limitMiB: number | undefined;
}

/**
 * Keeps the container from running out of memory, in which Lambda would kill all of it: before that, the tenant that
 * takes the most goes, one at a time, and the next only when what the last one had is free. Where no tenant is to blame
 * the browser is replaced.
 */
export class MemoryWatch implements HealthRound {
  readonly name = "memory";
  readonly everyMs = EVERY_MS;
  readonly #options: MemoryWatchOptions;
  #evicted: PooledContext | undefined;
  #looksSince = 0;
  #retired: PooledBrowser | undefined;
  #evictions = 0;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  get evictions(): number {
    return this.#evictions;
  }

  use(processes: ContainerProcesses = this.#options.processes.read()): MemoryUse {
    return { usedMiB: processes.usedMiB, limitMiB: this.#options.settings.memoryLimitMiB };
  }

  /**
   * One pass over /proc, which also finds renderers that are left of closed contexts; the rest only when there is a
   * renderer without an owner, or too little memory. Owners are found ahead: a page that is just filling the memory may not
   * answer.
   */
  async look(): Promise<void> {
    const { processes, settings } = this.#options;
    const { memoryLimitMiB, evictAtRatio } = settings;
    const seen = processes.read();
    processes.endOutlived(seen);
    const over =
      memoryLimitMiB !== undefined && isOver({ usedMiB: seen.usedMiB, limitMiB: memoryLimitMiB, evictAtRatio });
    await processes.settleOwners(seen, over);
    if (!over || this.#isGoing(seen)) return;
    // Finding owners may have taken a moment, and somebody may have gone.
    const now = processes.read();
    const tenants = processes.tenants(now);
    const verdict = memoryVerdict({
      usedMiB: now.usedMiB,
      limitMiB: memoryLimitMiB,
      evictAtRatio,
      tenants: tenants.map(({ usage }) => usage),
    });
    if (verdict.kind === "evict") {
      const tenant = tenants.find(({ usage }) => usage.context === verdict.context);
      if (tenant) this.#evict(tenant, now.usedMiB, memoryLimitMiB);
    }
    if (verdict.kind === "retire") this.#retire();
  }

  /** What the last one had isn't free yet. */
  #isGoing({ byBrowser }: ContainerProcesses): boolean {
    const evicted = this.#evicted;
    if (!evicted) return false;
    const { owner } = evicted;
    this.#looksSince += 1;
    const going = byBrowser.get(owner)?.some((entry) => owner.renderers.ownerOf(entry) === evicted) ?? false;
    if (going && this.#looksSince <= GOING_LOOKS) return true;
    this.#evicted = undefined;
    return false;
  }

  #evict({ pooled, usage: { ownMiB, browser, context } }: Tenant, usedMiB: number, limitMiB: number): void {
    // Its first page may be lost already, and others' pages in it go on.
    if (!pooled.isSound && pooled.tenants.size === 0) return;
    this.#evicted = pooled;
    this.#looksSince = 0;
    this.#evictions += 1;
    const rounded = { tenantMiB: Math.round(ownMiB), usedMiB: Math.round(usedMiB), limitMiB };
    const detail = `evicted: it had ${rounded.tenantMiB} MiB, the most of all, when the container had ${rounded.usedMiB} of ${limitMiB} MiB`;
    pooled.lose({ what: "memory", detail, browser, neighbours: pooled.owner.jobs });
    // Its own close would wait for a page that is swamped; and each moment counts.
    killRenderersOf(pooled);
    this.#options.onEvent({ kind: "tenant-evicted", browser, context, ...rounded });
  }

  #retire(): void {
    const current = this.#options.current();
    // Its successor takes memory too, until the last of its tenants has left.
    const isLeaving = this.#retired !== undefined && this.#retired.state.kind !== "gone";
    if (!current || isLeaving || current.ageMs < RETIRE_FROM_AGE_MS) return;
    this.#retired = current;
    this.#options.retire(current);
  }
}
