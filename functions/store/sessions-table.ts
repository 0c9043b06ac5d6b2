/**
 * The sessions table: key and index. The stack that declares the table and the store that uses it read the same lines.
 * No time to live: a session stays until its owner removes it.
 */
export const SESSIONS_TABLE = {
  partitionKey: { name: "name", type: "S" },
  /**
   * Sparse: only sessions of a pool that aren't retired carry the partition key, `<list>#<pool>`. The first comes first.
   * Projects keys only, so that a change of the state costs no write to the index.
   */
  poolIndex: {
    name: "pool",
    partitionKey: { name: "poolList", type: "S" },
    sortKey: { name: "poolSortMs", type: "N" },
  },
} as const;
