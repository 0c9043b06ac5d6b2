import type { SnapshotCookie, StateSnapshot } from "../../core/session/state/session-state.ts";
import { hasStorage } from "./storage-state.ts";

/** The browser doesn't take this state: log in or import it again. The message holds neither names nor values of it. */
export class StateRefused extends Error {
  override readonly name = "StateRefused";

  /** @param part such as "cookie 3 and 5 of 12" */
  constructor(part: string) {
    super(`the browser refuses ${part} of the session's state; log in or import it again`);
  }
}

/**
 * Which part it was: the browser takes cookies all or none, and its own words may hold what it was given.
 * @param put rejects when the browser refuses the cookie
 */
export async function refusedPart(
  { cookies, origins }: StateSnapshot,
  put: (cookie: SnapshotCookie) => Promise<unknown>,
): Promise<string> {
  const tries = await Promise.allSettled(cookies.map((cookie) => put({ ...cookie })));
  const refused = tries.flatMap(({ status }, index) => (status === "rejected" ? [index + 1] : []));
  if (refused.length > 0) return `cookie ${refused.join(" and ")} of ${cookies.length}`;
  return `the storage of ${origins.flatMap((origin) => (hasStorage(origin) ? [origin.origin] : [])).join(" or ")}`;
}
