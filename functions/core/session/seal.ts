/**
 * What a sealed state belongs to; authenticated with it, so that one session's state can't be opened as another's. A
 * checkpoint of a job is sealed for the session `job#<id>`: a session's own name has no '#', so neither opens as the other.
 */
export interface SealContext {
  readonly session: string;
  readonly site: string;
}

const JOB = "job#";

/** What is sealed, in words. */
export function sealedThing({ session }: SealContext): string {
  return session.startsWith(JOB)
    ? `the checkpoint of job ${session.slice(JOB.length)}`
    : `the state of session ${session}`;
}

/**
 * Sealed state that can't be opened: altered, sealed for another session or job, or under a key that is gone. Import or log
 * in again; a job starts over.
 */
export class SealBroken extends Error {
  override readonly name = "SealBroken";
  constructor(context: SealContext, cause: unknown) {
    // The cause may quote what it couldn't read, so it isn't part of the message.
    const broken = `${sealedThing(context)} (${context.site})`;
    const message = context.session.startsWith(JOB)
      ? `${broken} can't be opened; the job has to start over`
      : `${broken} can't be opened; log in or import it again`;
    super(message, { cause });
  }
}

/** Seals state before it leaves the process: compressed, then AES-256-GCM under a data key. */
export interface Seal {
  /**
   * Costs a key request where no data key of the last five minutes is at hand for this very context. A session that jobs
   * share asks seldom; a job whose checkpoints hold a login asks for a key of its own, and again every five minutes.
   * Throws `StoreUnavailable`.
   */
  seal(context: SealContext, plain: Uint8Array): Promise<Uint8Array>;
  /** Throws `SealBroken`, or `StoreUnavailable` where the key service doesn't answer. */
  open(context: SealContext, sealed: Uint8Array): Promise<Uint8Array>;
}
