/**
 * The leases table: attribute names, keys, index and time to live. The stack that declares the table and the store that
 * uses it read the same lines.
 */
export const LEASES_TABLE = {
  partitionKey: { name: "pk", type: "S" },
  /** DynamoDB's time to live: it collects garbage, and nothing else depends on it. */
  timeToLiveAttribute: "garbageAtEpochSeconds",
  /** Sparse: only held leases carry the partition key. Soonest expiry first. */
  heldIndex: {
    name: "held",
    partitionKey: { name: "heldPartition", type: "S" },
    sortKey: { name: "expiresAtMs", type: "N" },
    /** Neither result, checkpoint nor history: writing the last two costs no write to the index. */
    includedAttributes: [
      "id",
      "leaseState",
      "container",
      "invocation",
      "fence",
      "attempt",
      "countedAttempts",
      "acquiredAtMs",
      "renewedAtMs",
      "jobClass",
      "strategy",
      "site",
      "messageId",
    ],
  },
} as const;
