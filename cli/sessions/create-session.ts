import type { SessionDefinition } from "../../functions/core/session/session.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import type { Written } from "./write-sessions.ts";

/** One conditional write. */
export async function createSession(
  store: Pick<SessionStore, "create">,
  definition: SessionDefinition,
  sealed: Uint8Array | undefined,
  nowMs: number,
): Promise<Written> {
  const created = await store.create(definition, sealed && { sealed }, nowMs);
  return created.kind === "created" ? { kind: "written" } : { kind: "refused", why: "somebody created it meanwhile" };
}
