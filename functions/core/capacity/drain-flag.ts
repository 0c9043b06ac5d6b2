/** An operator's word that the fleet shall come to rest: containers finish the jobs in hand and take no more. */
export interface Drain {
  /** When it was first said, in milliseconds. */
  readonly sinceMs: number;
}

/**
 * One record for the whole fleet. Switching the event sources off starts no new invocation; this tells the running ones,
 * which take jobs from the queues themselves. Throws `StoreUnavailable` after the SDK's retries.
 */
export interface DrainFlag {
  /** One strongly consistent read; undefined while the fleet works as usual. */
  read(): Promise<Drain | undefined>;
  /** One write. Idempotent: the first time stands. */
  set(nowMs: number): Promise<Drain>;
  /** One write. Idempotent. */
  clear(): Promise<void>;
}
