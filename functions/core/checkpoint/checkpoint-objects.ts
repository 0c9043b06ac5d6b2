/** Where checkpoints lie that are too large for their job's record. Throws `StoreUnavailable` after the SDK's retries. */
export interface CheckpointObjects {
  /**
   * One request. Nobody reads the object before a record names it, and no two calls write the same key.
   * @returns the object's key
   */
  put(job: string, fence: number, sequence: number, packed: Uint8Array): Promise<string>;
  /** One request. Undefined when there is no such object any more. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** One request, without charge. Idempotent. */
  remove(key: string): Promise<void>;
}
