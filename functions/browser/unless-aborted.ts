/**
 * Settles as the promise does, or rejects with the signal's reason as soon as it aborts.
 * @param abandon gets the promise then: what it brings yet is nobody else's. Must not throw.
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  abandon: (promise: Promise<T>) => void,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted.promise, promise]);
  } catch (error) {
    if (signal.aborted) abandon(promise);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
