import type { PooledBrowser } from "../pooled-browser.ts";
import type { PooledContext } from "../pooled-context.ts";
import { key, ownMiBOf, ProcessTable, type BrowserProcess } from "./process-table.ts";

/** What one context's renderers take. */
export interface TenantUsage {
  /** The pool's id of it. */
  readonly context: string;
  readonly browser: string;
  readonly leased: boolean;
  /** Anonymous and shared memory; 0 while its renderer isn't known. */
  readonly ownMiB: number;
  /** CPU time since the context was opened. */
  readonly cpuSeconds: number;
  readonly renderers: number;
}

export interface Tenant {
  readonly pooled: PooledContext;
  readonly usage: TenantUsage;
}

export interface ContainerProcesses {
  /** This process and all browsers. */
  readonly usedMiB: number;
  readonly byBrowser: ReadonlyMap<PooledBrowser, readonly BrowserProcess[]>;
}

/** The processes of a pool's launched browsers: what they take, and whose they are. */
export class ProcessWatch {
  readonly #browsers: () => Iterable<PooledBrowser>;
  readonly #table = new ProcessTable();
  /** Groups of all browsers that there were: zombies keep theirs. */
  readonly #groups = new Set<number>();
  readonly #cpu = new WeakMap<PooledContext, Map<string, number>>();
  #zombies = 0;

  constructor(browsers: () => Iterable<PooledBrowser>) {
    this.#browsers = browsers;
  }

  /** Dead processes of browsers that nobody has reaped, at the last reading. */
  get zombies(): number {
    return this.#zombies;
  }

  /** One pass over /proc, synchronous: some 40 µs a process. */
  read(): ContainerProcesses {
    const byGroup = new Map<number, PooledBrowser>();
    for (const browser of this.#browsers()) {
      if (browser.running.pid === undefined) continue;
      byGroup.set(browser.running.pid, browser);
      this.#groups.add(browser.running.pid);
    }
    const { processes, zombies } = this.#table.read(new Set(byGroup.keys()), this.#groups);
    this.#zombies = zombies;
    const byBrowser = new Map<PooledBrowser, BrowserProcess[]>();
    for (const browser of byGroup.values()) byBrowser.set(browser, []);
    let usedMiB = ownMiBOf(process.pid);
    for (const entry of processes) {
      usedMiB += entry.ownMiB;
      const browser = byGroup.get(entry.group);
      if (browser) byBrowser.get(browser)?.push(entry);
    }
    return { usedMiB, byBrowser };
  }

  /** Finds the owners of renderers that have none yet. Bounded. */
  async settleOwners({ byBrowser }: ContainerProcesses, thorough = false): Promise<void> {
    await Promise.all([...byBrowser].map(([browser, entries]) => browser.renderers.settle(entries, thorough)));
  }

  /** Kills the renderers that have outlived their contexts by 5 s: nobody else would end one that is stopped. */
  endOutlived({ byBrowser }: ContainerProcesses): void {
    for (const [browser, entries] of byBrowser) browser.renderers.endOutlived(entries, performance.now());
  }

  /** Per context, the largest first. */
  tenants({ byBrowser }: ContainerProcesses): readonly Tenant[] {
    return [...byBrowser]
      .flatMap(([browser, entries]) => {
        const owned = Map.groupBy(entries, (entry) => browser.renderers.ownerOf(entry));
        return [...browser.contexts].map((pooled) => this.#usageOf(pooled, owned.get(pooled) ?? []));
      })
      .toSorted((one, other) => other.usage.ownMiB - one.usage.ownMiB);
  }

  #usageOf(pooled: PooledContext, renderers: readonly BrowserProcess[]): Tenant {
    // A renderer that has ended keeps its last reading.
    const cpu = this.#cpu.get(pooled) ?? new Map<string, number>();
    this.#cpu.set(pooled, cpu);
    for (const renderer of renderers) cpu.set(key(renderer), renderer.ownCpuSeconds);
    const usage = {
      context: pooled.id,
      browser: pooled.owner.id,
      leased: pooled.state.kind === "leased",
      ownMiB: renderers.reduce((sum, { ownMiB }) => sum + ownMiB, 0),
      cpuSeconds: [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0),
      renderers: renderers.length,
    };
    return { pooled, usage };
  }
}
