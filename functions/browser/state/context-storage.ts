import type { BrowserContext, Page } from "playwright-core";

import type { SnapshotOrigin, StateSnapshot } from "../../core/session/state/session-state.ts";
import { BrowserDeadlineExceeded } from "../deadline.ts";
import { LocalFill } from "./local-fill.ts";
import { mergedOrigins } from "./merged-origins.ts";
import { SessionFill } from "./session-fill.ts";
import { refusedPart, StateRefused } from "./state-refused.ts";
import { storageOf, toStoredState, type StoredParts, type StoredStorage } from "./storage-state.ts";
import { readTabs, type TabStorage } from "./tab-storage.ts";
import { VisitedOrigins } from "./visited-origins.ts";

export interface ContextStorageOptions {
  readonly context: BrowserContext;
  /** Settles with the call, the browser's end or the limit. @throws BrowserDeadlineExceeded */
  readonly bounded: <Value>(call: Promise<Value>, what: string) => Promise<Value>;
  readonly wallMs: () => number;
}

/** What has been read so far: when the time is over, it is what there is. */
interface Found {
  tabs: readonly TabStorage[];
  stored: StoredStorage | undefined;
  isOver?: boolean;
}

export interface ApplyOptions {
  /** localStorage is filled in when a tab first comes to the origin, where the origin has no databases. @default false */
  readonly onArrival?: boolean;
}

/** Reads and restores what a context holds: cookies, localStorage, databases, and the sessionStorage of its tabs. */
export class ContextStorage {
  readonly #options: ContextStorageOptions;
  readonly #fill: SessionFill;
  readonly #localFill: LocalFill;
  readonly #visited: VisitedOrigins;
  /** What was last applied or read, by origin: how a part that has been emptied is told from one that never was. */
  #known = new Map<string, SnapshotOrigin>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ContextStorageOptions) {
    this.#options = options;
    this.#fill = new SessionFill(options.context);
    this.#localFill = new LocalFill(options.context);
    this.#visited = new VisitedOrigins(options.context);
  }

  /** @param page whose sessionStorage goes before that of other tabs at the same origin */
  async read(page: Page, cookiesOnly: boolean): Promise<StateSnapshot> {
    const { context, bounded } = this.#options;
    const reading = bounded(context.cookies(), "reading cookies");
    if (cookiesOnly) return { cookies: await reading, origins: [] };
    const found: Found = { tabs: [], stored: undefined };
    const [cookies] = await Promise.all([reading, bounded(this.#find(page, found), "reading storage").catch(() => {})]);
    const origins = mergedOrigins(this.#known, found.stored, found.tabs);
    found.isOver = true;
    for (const one of origins) this.#known.set(one.origin, { ...this.#known.get(one.origin), ...one });
    return { cookies, origins };
  }

  /** @throws StateRefused, BrowserDeadlineExceeded */
  async apply({ cookies, origins }: StateSnapshot, { onArrival = false }: ApplyOptions = {}): Promise<void> {
    const later = onArrival ? origins.filter(fillsOnArrival) : [];
    const nowSeconds = this.#options.wallMs() / 1_000;
    const good = cookies.filter(({ expires }) => expires === -1 || expires > nowSeconds);
    const fillings = origins.flatMap(({ origin, session = {} }) => {
      const entries = Object.entries(session);
      return entries.length > 0 ? [{ origin, entries }] : [];
    });
    await this.alone(() => this.#put({ cookies: good, origins: origins.filter((one) => !later.includes(one)) }));
    await this.#options.bounded(this.#fill.fill(fillings), "filling sessionStorage");
    const local = later.map((one) => ({ origin: one.origin, entries: Object.entries(one.local ?? {}) }));
    await this.#options.bounded(this.#localFill.fill(local), "filling localStorage");
    this.#known = new Map(origins.map((origin) => [origin.origin, origin]));
  }

  /**
   * Runs what opens a page in this context alone: while Playwright opens the page that it reads and restores storage by, it
   * takes any other new page for that one, and sets it up wrong.
   */
  async alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Main frames go first: a frame from another site has storage of its own under each. */
  async #find(first: Page, found: Found): Promise<void> {
    const pages = [first, ...this.#options.context.pages().filter((other) => other !== first)];
    const rank = (page: Page, { local }: TabStorage) => pages.indexOf(page) + (local ? 0 : pages.length);
    const ranked: { readonly rank: number; readonly storage: TabStorage }[] = [];
    await readTabs(pages, (page, storage) => {
      ranked.push({ rank: rank(page, storage), storage });
      found.tabs = ranked.toSorted((one, other) => one.rank - other.rank).map((one) => one.storage);
    });
    if (found.isOver) return;
    found.stored = this.#fromTabs(found.tabs) ?? this.#withWaiting(await this.alone(() => this.#storage()));
  }

  /**
   * Where each origin that was ever visited is open, the tabs themselves have told everything, and the others are as they
   * were. Undefined where that isn't so: then the browser opens each one on a page of its own, at some 100 ms apiece.
   */
  #fromTabs(tabs: readonly TabStorage[]): StoredStorage | undefined {
    const plain = tabs.filter(({ hasDatabases }) => hasDatabases === false);
    const open = new Map(plain.map(({ origin, local = {} }) => [origin, { local, databases: {} }]));
    if (![...this.#visited.read()].every((origin) => open.has(origin))) return undefined;
    return { origins: new Map<string, StoredParts>([...this.#known, ...open]), withDatabases: true };
  }

  /** What no tab has come to yet is still as it was saved, and the browser knows nothing of it. */
  #withWaiting(stored: StoredStorage | undefined): StoredStorage | undefined {
    const waiting = [...this.#known].filter(([origin]) => this.#localFill.waiting.has(origin));
    return stored && { ...stored, origins: new Map<string, StoredParts>([...stored.origins, ...waiting]) };
  }

  /** Undefined when it couldn't be read; without databases when those couldn't. */
  async #storage(): Promise<StoredStorage | undefined> {
    const { context, bounded } = this.#options;
    try {
      return storageOf(await bounded(context.storageState({ indexedDB: true }), "reading storage"), true);
    } catch (error) {
      if (error instanceof BrowserDeadlineExceeded) return undefined;
    }
    // Databases can hold what can't be written down, such as keys of the browser's own. That costs them only.
    const withoutDatabases = bounded(context.storageState(), "reading storage");
    return withoutDatabases.then((state) => storageOf(state, false)).catch(() => undefined);
  }

  async #put(state: StateSnapshot): Promise<void> {
    const { context, bounded } = this.#options;
    const stored = toStoredState(state);
    // The browser carries both out in order, so that cookies alone take one round trip.
    const put =
      stored.origins.length > 0
        ? context.setStorageState(stored)
        : Promise.all([context.clearCookies(), context.addCookies(stored.cookies)]);
    try {
      await bounded<unknown>(put, "putting a state in place");
    } catch (error) {
      if (error instanceof BrowserDeadlineExceeded) throw error;
      // Not the state's fault: the context is gone.
      await bounded(context.cookies(), "reading cookies");
      throw new StateRefused(
        await refusedPart(state, (cookie) => bounded(context.addCookies([cookie]), "trying a cookie")),
      );
    }
  }
}

function fillsOnArrival({ local = {}, databases = {} }: SnapshotOrigin): boolean {
  return Object.keys(databases).length === 0 && Object.keys(local).length > 0;
}
