import type { BrowserContext } from "playwright-core";

import type { BrowserEvent, ReplaceReason } from "../browser-event.ts";
import type { BrowserSettings } from "../browser-settings.ts";
import type { PooledBrowser } from "../pooled-browser.ts";
import type { HealthRound } from "./health-watch.ts";
import { MemoryWatch, type MemoryUse } from "./memory-watch.ts";
import { ProcessWatch, type TenantUsage } from "./process-watch.ts";
import { TempRoom, type TempUse } from "./temp-room.ts";

export interface ProcessHealthOptions {
  readonly settings: BrowserSettings;
  /** Launched ones. */
  readonly browsers: () => Iterable<PooledBrowser>;
  /** The browser that takes new contexts. */
  readonly current: () => PooledBrowser | undefined;
  /** Replacement first. Idempotent. */
  readonly replace: (browser: PooledBrowser, reason: ReplaceReason) => void;
  readonly onEvent: (event: BrowserEvent) => void;
}

/** What a pool's browsers take of the container: memory, CPU time, processes and room in /tmp. */
export class ProcessHealth {
  readonly #processes: ProcessWatch;
  readonly #memory: MemoryWatch;
  readonly #temp: TempRoom;

  constructor({ settings, browsers, current, replace, onEvent }: ProcessHealthOptions) {
    this.#processes = new ProcessWatch(browsers);
    const retire = (browser: PooledBrowser) => replace(browser, "memory");
    this.#memory = new MemoryWatch({ settings, processes: this.#processes, current, retire, onEvent });
    this.#temp = new TempRoom({ settings, browsers, retire: (browser) => replace(browser, "temp") });
  }

  get rounds(): readonly HealthRound[] {
    return [this.#memory, this.#temp];
  }

  /** Contexts and what their renderers take, the largest first. One pass over /proc, and 5 ms for each renderer that is new. */
  async tenants(): Promise<readonly TenantUsage[]> {
    const seen = this.#processes.read();
    await this.#processes.settleOwners(seen);
    return this.#processes.tenants(seen).map(({ usage }) => usage);
  }

  /** What one context takes. Costs as much as `tenants`. */
  async usageOf(context: BrowserContext): Promise<TenantUsage | undefined> {
    const seen = this.#processes.read();
    await this.#processes.settleOwners(seen);
    return this.#processes.tenants(seen).find(({ pooled }) => pooled.context === context)?.usage;
  }

  /** This process and all browsers, now. One pass over /proc. */
  memory(): MemoryUse {
    return this.#memory.use();
  }

  /** As of the last look, at most 2 s ago while the watch runs. */
  tempRoom(): TempUse {
    return this.#temp.use();
  }

  /** Reads the room in /tmp now. */
  async readTempRoom(): Promise<TempUse> {
    await this.#temp.look();
    return this.#temp.use();
  }

  /** Dead processes of our browsers that nobody has reaped, when /proc was last read: 0.5 s ago while the watch runs. */
  get zombies(): number {
    return this.#processes.zombies;
  }

  /** Tenants that had to go so far. */
  get evictions(): number {
    return this.#memory.evictions;
  }
}
