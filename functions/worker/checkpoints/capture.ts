import type { ContextLease } from "../../browser/context-lease.ts";
import { withDeadline } from "../../browser/deadline.ts";
import type { PagePlace } from "../../core/checkpoint/checkpoint.ts";
import type { SnapshotOrigin, StateSnapshot } from "../../core/session/state/session-state.ts";

/** A page that is busy needn't tell how far it is scrolled. */
const SCROLL_DEADLINE_MS = 500;

/**
 * Where the page is; undefined where it is nowhere that it could be opened again.
 * @param before where it was at the last checkpoint: there it still is, to a job that went on from it and hasn't opened it
 */
export async function placeOf(
  { page }: Pick<ContextLease, "page">,
  before: PagePlace | undefined,
): Promise<PagePlace | undefined> {
  const url = page.url();
  if (!/^https?:/u.test(url)) return url === "about:blank" ? before : undefined;
  const scroll = page.evaluate(() => ({ scrollX: window.scrollX, scrollY: window.scrollY }));
  const { scrollX, scrollY } = await withDeadline(scroll, SCROLL_DEADLINE_MS, "reading the scroll position").catch(
    () => ({ scrollX: 0, scrollY: 0 }),
  );
  return { url, scrollX, scrollY };
}

/**
 * What the context holds; undefined where it holds nothing.
 * @param before of the last checkpoint: what couldn't be read now is as it was then, and not gone
 * @throws BrowserDeadlineExceeded
 */
export async function stateOf(
  context: Pick<ContextLease, "readState">,
  before: StateSnapshot | undefined,
): Promise<StateSnapshot | undefined> {
  const { cookies, origins } = await context.readState();
  const state = { cookies, origins: completed(origins, before?.origins ?? []) };
  return cookies.length === 0 && state.origins.every(isEmpty) ? undefined : state;
}

function completed(now: readonly SnapshotOrigin[], before: readonly SnapshotOrigin[]): readonly SnapshotOrigin[] {
  const origins = new Map(before.map((one) => [one.origin, one]));
  for (const one of now) origins.set(one.origin, { ...origins.get(one.origin), ...one });
  return [...origins.values()];
}

function isEmpty({ local = {}, session = {}, databases = {} }: SnapshotOrigin): boolean {
  return [local, session, databases].every((part) => Object.keys(part).length === 0);
}
