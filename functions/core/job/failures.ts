/**
 * Errors that say what the caller must do. A strategy throws one of them; whatever else it throws is sorted by
 * `classifyError`.
 */

/** Trying again won't help: the page isn't what the job says it is. */
export class PermanentFailure extends Error {
  override readonly name: string;
  readonly at: string | undefined;
  /** @param name stable name to group by, such as `AssertionFailed` */
  constructor(name: string, message: string, options: { readonly at?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = name;
    this.at = options.at;
  }
}

/** Another attempt may succeed: a time-out, a 503, a connection reset. */
export class TransientFailure extends Error {
  override readonly name: string;
  readonly at: string | undefined;
  /** @param name stable name to group by, such as `HttpUnavailable` */
  constructor(name: string, message: string, options: { readonly at?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = name;
    this.at = options.at;
  }
}
