import { TooLarge } from "../../functions/core/job/store-failures.ts";
import type { Seal } from "../../functions/core/session/seal.ts";
import { SEALED_MAX_BYTES } from "../../functions/core/session/session-store.ts";
import { inParallel } from "../in-parallel.ts";
import type { PreparedSession } from "./prepare-import.ts";
import type { SessionProblem } from "./problem.ts";
import { sealSnapshot } from "./sealed-snapshot.ts";

export interface SealedSession extends PreparedSession {
  readonly sealed: Uint8Array;
}

const SEALS_AT_ONCE = 8;

/**
 * Seals every state before anything is written: a key that can't be used, or a state that is too large, writes nothing.
 * Throws `StoreUnavailable` where the key service doesn't answer.
 */
export async function sealImport(
  sessions: readonly PreparedSession[],
  seal: Pick<Seal, "seal">,
  { nowMs, writer }: { readonly nowMs: number; readonly writer: string },
): Promise<{ readonly sealed: readonly SealedSession[]; readonly problems: readonly SessionProblem[] }> {
  const outcomes = await inParallel(sessions, SEALS_AT_ONCE, async (session) => {
    const { name, site } = session.definition;
    const stamp = { fence: 0, atMs: nowMs, writer };
    try {
      const sealed = await sealSnapshot(seal, { session: name, site }, session.snapshot, stamp);
      const problem = sizeProblem(session, sealed.byteLength, SEALED_MAX_BYTES, "when sealed");
      return { session: { ...session, sealed }, problem };
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      return { problem: sizeProblem(session, error.bytes, error.maxBytes, "as a state") };
    }
  });
  return {
    sealed: outcomes.flatMap(({ session }) => session ?? []),
    problems: outcomes.flatMap(({ problem }) => problem ?? []),
  };
}

function sizeProblem(
  { file, definition }: PreparedSession,
  bytes: number,
  maxBytes: number,
  how: string,
): SessionProblem | undefined {
  if (bytes <= maxBytes) return undefined;
  return { file, session: definition.name, rule: `must not be over ${maxBytes} bytes ${how}`, value: `${bytes} bytes` };
}
