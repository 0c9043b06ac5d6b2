/** What a sealed state belongs to; authenticated with it, so that one session's state can't be opened as another's. */
export interface SealContext {
  readonly session: string;
  readonly site: string;
}

/** Sealed state that can't be opened: altered, sealed for another session, or under a key that is gone. Import or log in again. */
export class SealBroken extends Error {
  override readonly name = "SealBroken";
  constructor(context: SealContext, cause: unknown) {
    // The cause may quote what it couldn't read, so it isn't part of the message.
    super(`the state of session ${context.session} (${context.site}) can't be opened; log in or import it again`, {
      cause,
    });
  }
}

/** Seals state before it leaves the process: compressed, then AES-256-GCM under a data key. */
export interface Seal {
  /** Costs a key request where no data key of the last five minutes is at hand. Throws `StoreUnavailable`. */
  seal(context: SealContext, plain: Uint8Array): Promise<Uint8Array>;
  /** Throws `SealBroken`, or `StoreUnavailable` where the key service doesn't answer. */
  open(context: SealContext, sealed: Uint8Array): Promise<Uint8Array>;
}
