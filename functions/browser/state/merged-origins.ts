import type { SnapshotOrigin } from "../../core/session/state/session-state.ts";
import type { StoredStorage } from "./storage-state.ts";
import type { TabStorage } from "./tab-storage.ts";

/**
 * What is known of each origin after a reading. A part that is empty now is told where it held something before, else it is
 * left out; a part that couldn't be read is left out too. Of an origin that no tab has open, sessionStorage is what it was.
 * @param known what the context was last known to hold
 * @param stored of all visited or restored origins; undefined when it couldn't be read
 * @param tabs storage of the open documents; the first one of an origin counts
 */
export function mergedOrigins(
  known: ReadonlyMap<string, SnapshotOrigin>,
  stored: StoredStorage | undefined,
  tabs: readonly TabStorage[],
): readonly SnapshotOrigin[] {
  const open = new Map(tabs.toReversed().map((tab) => [tab.origin, tab]));
  const origins = new Set([...known.keys(), ...(stored?.origins.keys() ?? []), ...open.keys()]);
  return [...origins].flatMap((origin) => {
    const before = known.get(origin);
    const tab = open.get(origin);
    const storage = stored?.origins.get(origin);
    const local = stored ? (storage?.local ?? {}) : tab?.local;
    const databases = stored?.withDatabases ? (storage?.databases ?? {}) : undefined;
    const session = tab?.session ?? before?.session;
    const parts = {
      ...told("local", local, before?.local),
      ...told("session", session, before?.session),
      ...told("databases", databases, before?.databases),
    };
    return Object.keys(parts).length > 0 ? [{ origin, ...parts }] : [];
  });
}

function told(
  part: keyof SnapshotOrigin,
  now: object | undefined,
  before: object | undefined,
): Partial<SnapshotOrigin> {
  const isTold = now !== undefined && (before !== undefined || Object.keys(now).length > 0);
  return isTold ? { [part]: now } : {};
}
