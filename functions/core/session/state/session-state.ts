/**
 * Cookies and storage of a session, record by record: each has a stamp, and a deleted one leaves a tombstone. Two states
 * merge record by record, the later stamp wins; so merging is idempotent, commutative and associative, and a stale writer
 * can't bring a deleted cookie back.
 */
export interface SessionState {
  readonly v: 1;
  readonly records: Readonly<Record<RecordKey, StateRecord>>;
}

/**
 * JSON of what the record is:
 * `["cookie", name, domain, path, partitionKey]` (`partitionKey` is "" where the cookie has none),
 * `["local", origin, key]`, `["session", origin, key]`, `["database", origin, name]`.
 */
export type RecordKey = string;

export interface StateRecord {
  readonly stamp: Stamp;
  /** JSON: a cookie without its key's fields, a storage value, or an IndexedDB database; null is a tombstone. */
  readonly value: unknown;
}

/** When and by whom a record was last changed. Ordered by fence, then time, then writer. */
export interface Stamp {
  /** Fence of the login (shared) or lease (exclusive, pages) that it was written under. */
  readonly fence: number;
  /** A hybrid clock: the writer's time, but always after everything that the writer had seen. */
  readonly atMs: number;
  /** The container. */
  readonly writer: string;
}

/** A cookie as Playwright's `context.cookies()` and `addCookies` have it. */
export interface SnapshotCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Unix time in seconds; -1 for a session cookie. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: "Strict" | "Lax" | "None";
  readonly partitionKey?: string;
  /** Of a partitioned cookie, under Playwright's own name; without it Chromium sends the cookie in frames of other sites only. */
  readonly _crHasCrossSiteAncestor?: boolean;
}

/** Storage of one origin. Each part is absent where it wasn't read: absent is not empty. */
export interface SnapshotOrigin {
  readonly origin: string;
  readonly local?: Readonly<Record<string, string>>;
  readonly session?: Readonly<Record<string, string>>;
  /** IndexedDB databases by name, in Playwright's storage-state form. */
  readonly databases?: Readonly<Record<string, unknown>>;
}

/** What a context holds at one moment: what the browser room reads, and what it puts into a fresh context. */
export interface StateSnapshot {
  readonly cookies: readonly SnapshotCookie[];
  readonly origins: readonly SnapshotOrigin[];
}
