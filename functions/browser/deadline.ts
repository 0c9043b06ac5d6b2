/** The browser didn't answer in time. Whoever sees it takes the context, or its browser, for sick. */
export class BrowserDeadlineExceeded extends Error {
  override readonly name = "BrowserDeadlineExceeded";
  readonly what: string;
  readonly afterMs: number;

  constructor(what: string, afterMs: number) {
    super(`${what} took longer than ${afterMs} ms`);
    this.what = what;
    this.afterMs = afterMs;
  }
}

/**
 * Every await on the browser goes through here: `page.close()` and its like can hang for ever.
 * The promise that lost goes on unobserved; its rejection is swallowed.
 * @throws BrowserDeadlineExceeded
 */
export async function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new BrowserDeadlineExceeded(what, ms)), ms);
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
