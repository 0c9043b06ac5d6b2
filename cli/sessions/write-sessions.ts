import { TransientFailure } from "../../functions/core/job/failures.ts";

export type Written = { readonly kind: "written" } | { readonly kind: "refused"; readonly why: string };

export interface WrittenSessions {
  readonly written: readonly string[];
  /** The one that it broke off at. `mayBeWritten`: nobody answered, so nobody knows. */
  readonly failed?: { readonly session: string; readonly why: string; readonly mayBeWritten: boolean };
  readonly notWritten: readonly string[];
}

interface Named {
  readonly definition: { readonly name: string };
}

/**
 * Writes one after the other, so that it is plain at any time which are written. Stops at the first that can't be, and
 * between two where the signal says so.
 */
export async function writeSessions<Session extends Named>(
  sessions: readonly Session[],
  write: (session: Session) => Promise<Written>,
  options: { readonly signal?: AbortSignal; readonly onWritten?: (count: number) => void } = {},
): Promise<WrittenSessions> {
  const names = sessions.map(({ definition }) => definition.name);
  for (const [index, session] of sessions.entries()) {
    const written = names.slice(0, index);
    if (options.signal?.aborted) return { written, notWritten: names.slice(index) };
    const failed = await failureOf(write, session);
    if (failed) {
      return { written, failed: { session: names[index] ?? "", ...failed }, notWritten: names.slice(index + 1) };
    }
    options.onWritten?.(index + 1);
  }
  return { written: names, notWritten: [] };
}

async function failureOf<Session extends Named>(
  write: (session: Session) => Promise<Written>,
  session: Session,
): Promise<{ readonly why: string; readonly mayBeWritten: boolean } | undefined> {
  try {
    const outcome = await write(session);
    return outcome.kind === "written" ? undefined : { why: outcome.why, mayBeWritten: false };
  } catch (error) {
    // Whatever it is: what is written already must be told.
    const why = error instanceof Error ? error.message : String(error);
    return { why, mayBeWritten: error instanceof TransientFailure };
  }
}
