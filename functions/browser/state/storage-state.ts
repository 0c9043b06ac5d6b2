import type { BrowserContext } from "playwright-core";

import type { SnapshotOrigin, StateSnapshot } from "../../core/session/state/session-state.ts";

type StoredState = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** An origin of Playwright's storage state. Its types leave the databases out, which it reads and writes all the same. */
type StoredOrigin = StoredState["origins"][number] & { readonly indexedDB?: readonly { readonly name: string }[] };

export type StoredParts = Pick<SnapshotOrigin, "local" | "databases">;

/** What was read of the origins that hold anything, of all that were visited or restored. */
export interface StoredStorage {
  readonly origins: ReadonlyMap<string, StoredParts>;
  readonly withDatabases: boolean;
}

export function storageOf({ origins }: StoredState, withDatabases: boolean): StoredStorage {
  const parts = (origins as readonly StoredOrigin[]).map(
    ({ origin, localStorage, indexedDB = [] }) =>
      [
        origin,
        {
          local: Object.fromEntries(localStorage.map(({ name, value }) => [name, value])),
          databases: Object.fromEntries(indexedDB.map((database) => [database.name, database])),
        },
      ] as const,
  );
  return { origins: new Map(parts), withDatabases };
}

export function hasStorage({ local, databases }: SnapshotOrigin): boolean {
  return local !== undefined || databases !== undefined;
}

export function toStoredState({ cookies, origins }: StateSnapshot): StoredState {
  return {
    cookies: cookies.map((cookie) => ({ ...cookie })),
    origins: origins.filter(hasStorage).map(({ origin, local = {}, databases = {} }) => ({
      origin,
      localStorage: Object.entries(local).map(([name, value]) => ({ name, value })),
      indexedDB: Object.values(databases),
    })),
  };
}
