import type { Frame, Page } from "playwright-core";

type Entries = Readonly<Record<string, string>>;

/** What a document says of its own origin's storage. */
export interface TabStorage {
  readonly origin: string;
  readonly session: Entries;
  /** Of a main frame. A frame from another site has a localStorage of its own under each site that embeds it. */
  readonly local?: Entries;
  /** Whether the origin has IndexedDB databases. Of a main frame. */
  readonly hasDatabases?: boolean;
}

/**
 * Reads the storage of all open documents and gives each to `found` as it comes. Settles when all have answered; one that
 * doesn't answer keeps it from settling, and nobody else from being found.
 */
export async function readTabs(
  pages: readonly Page[],
  found: (page: Page, storage: TabStorage) => void,
): Promise<void> {
  const frames = pages.flatMap((page) => page.frames().map((frame) => ({ page, frame })));
  const readings = frames.map(async ({ page, frame }) => {
    const storage = await readFrame(frame, frame === page.mainFrame());
    if (storage) found(page, storage);
  });
  await Promise.allSettled(readings);
}

async function readFrame(frame: Frame, isMain: boolean): Promise<TabStorage | undefined> {
  // What a document itself says of its origin may be a lie: it would write into another's state.
  const origin = originOf(frame.url());
  if (origin === undefined) return undefined;
  const read = await frame.evaluate(async (isFirst) => {
    // An item may have the name of one of the storage's own properties, which a list of those hides.
    const all = (storage: Storage) =>
      Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "").map((key) => [
        key,
        storage.getItem(key) ?? "",
      ]);
    const session = all(sessionStorage);
    if (!isFirst) return { session, local: [], hasDatabases: true };
    const databases = await indexedDB.databases();
    return { session, local: all(localStorage), hasDatabases: databases.length > 0 };
  }, isMain);
  const session = strings(read.session);
  const local = strings(read.local);
  // It went elsewhere meanwhile, or answers nonsense.
  if (originOf(frame.url()) !== origin || !session || !local) return undefined;
  return { origin, session, ...(isMain ? { local, hasDatabases: read.hasDatabases } : {}) };
}

/** Undefined for what has no storage of its own, such as `about:blank`. */
export function originOf(url: string): string | undefined {
  const { protocol, origin } = URL.canParse(url) ? new URL(url) : { protocol: "", origin: "" };
  return protocol === "https:" || protocol === "http:" ? origin : undefined;
}

/** A page may have replaced the very functions that were called in it. */
function strings(entries: unknown): Entries | undefined {
  if (!Array.isArray(entries)) return undefined;
  const pairs = entries as readonly unknown[];
  const isEntry = (one: unknown): one is [string, string] =>
    Array.isArray(one) && typeof one[0] === "string" && typeof one[1] === "string";
  return pairs.every(isEntry) ? Object.fromEntries(pairs) : undefined;
}
