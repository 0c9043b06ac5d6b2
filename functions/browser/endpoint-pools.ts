import { BrowserPool, type BrowserPoolOptions } from "./browser-pool.ts";
import { BrowserUnavailable, PoolClosed } from "./launch-failures.ts";

/** Each holds a connection; one container runs few sessions at once. */
const DEFAULT_LIMIT = 8;

/** Somebody else's browser: nothing is opened in it ahead of use, and there is no other to turn to. */
const ATTACHED = { pristine: { default: 0, stealth: 0, mobile: 0 } } as const;

/** A pool for each running browser that sessions name as theirs, attached on first use. */
export class EndpointPools {
  readonly #options: BrowserPoolOptions;
  readonly #limit: number;
  /** The one used last is the last. */
  readonly #pools = new Map<string, BrowserPool>();
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;
  #isWatching = false;

  /** @param limit how many at once; an unused one makes room */
  constructor(options: BrowserPoolOptions, limit = DEFAULT_LIMIT) {
    this.#options = options;
    this.#limit = limit;
  }

  /**
   * The pool of an endpoint, to be leased from at once. Connects when the first context is leased.
   * @throws BrowserUnavailable when there are too many in use, PoolClosed
   */
  get(endpoint: string): BrowserPool {
    const pool = this.#pools.get(endpoint) ?? this.#attach(endpoint);
    this.#pools.delete(endpoint);
    this.#pools.set(endpoint, pool);
    return pool;
  }

  /** As `BrowserPool.watch`, over all of them and those that are attached meanwhile. */
  watch(): { stop(): Promise<void> } {
    this.#isWatching = true;
    for (const pool of this.#pools.values()) pool.watch();
    return {
      stop: async () => {
        this.#isWatching = false;
        await Promise.all([...this.#pools.values()].map((pool) => pool.watch().stop()));
      },
    };
  }

  /** Settles when nothing is under way in the background. Await it before the container may freeze. */
  async settled(): Promise<void> {
    await Promise.all([...this.#closing, ...[...this.#pools.values()].map((pool) => pool.settled())]);
  }

  /** Disconnects from all; the browsers go on. Bounded, idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const endpoint of this.#pools.keys()) this.#close(endpoint);
    await this.settled();
  }

  #attach(endpoint: string): BrowserPool {
    if (this.#isClosed) throw new PoolClosed("no more endpoints are attached");
    if (this.#pools.size >= this.#limit) this.#makeRoom();
    const { overflowEndpoint: _overflow, ...settings } = this.#options.settings;
    const pool = new BrowserPool({ ...this.#options, settings: { ...settings, ...ATTACHED, endpoint } });
    if (this.#isWatching) pool.watch();
    return pool;
  }

  #makeRoom(): void {
    for (const [endpoint, pool] of this.#pools) {
      const { phase, contexts } = pool.status();
      const isIdle = phase !== "launching" && contexts.opening + contexts.leased + contexts.closing === 0;
      if (isIdle) {
        this.#close(endpoint);
        return;
      }
    }
    const reason = `${this.#limit} endpoints are in use at once, which is the limit`;
    throw new BrowserUnavailable([{ rung: "attached", reason, stderrTail: "" }]);
  }

  #close(endpoint: string): void {
    const closing = this.#pools.get(endpoint)?.close();
    this.#pools.delete(endpoint);
    if (!closing) return;
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }
}
