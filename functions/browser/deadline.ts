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

/** A timer that comes so much too late was held up with the whole process, and the answer may lie unread. */
const HELD_UP_MS = 50;

/**
 * Every await on the browser goes through here: `page.close()` and its like can hang for ever.
 * The promise that lost goes on unobserved; its rejection is swallowed. Time in which this process itself was frozen or busy
 * isn't the browser's: it is given again, once, and at most the limit itself.
 * @throws BrowserDeadlineExceeded
 */
export async function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const dueMs = performance.now() + ms;
  const expire = () => late.reject(new BrowserDeadlineExceeded(what, ms));
  let timer = setTimeout(() => {
    const heldUpMs = performance.now() - dueMs;
    if (heldUpMs < HELD_UP_MS) expire();
    else timer = setTimeout(expire, Math.min(heldUpMs, ms));
  }, ms);
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
