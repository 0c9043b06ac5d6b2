import { describe, expect, test } from "vitest";

import { HELD_PARTITIONS } from "../../../functions/core/lease/lease-store.ts";
import { ATTRIBUTE, heldPartition, heldPartitionOf, recordFromItem } from "../../../functions/store/lease-item.ts";
import {
  checkpointWrite,
  finishWrite,
  noteWrite,
  releaseWrite,
  renewWrite,
  takeWrite,
} from "../../../functions/store/lease-writes.ts";
import { LEASES_TABLE } from "../../../functions/store/leases-table.ts";
import { packJson, unpackJson } from "../../../functions/store/packed-json.ts";

const LEASE = {
  key: "job#a",
  id: "l",
  owner: { container: "c", invocation: "i" },
  fence: 1,
  attempt: 1,
  acquiredAtMs: 1,
  renewedAtMs: 1,
  expiresAtMs: 2,
} as const;

const POINT = { sequence: 1, stage: "list", savedAtMs: 1, attempt: 1, workedMs: 1 } as const;

describe("the lease item", () => {
  test("the index of held leases holds all that a record needs but result, checkpoint and history", () => {
    const keys = ["pk", "heldPartition", "expiresAtMs"];
    const left = ["result", "resultKind", "releaseReason", "history", "finishedHistory"];
    const checkpoint = Object.values(ATTRIBUTE).filter((name) => name.startsWith("checkpoint"));
    const own = ["takenBy", "garbageAtEpochSeconds"];
    const missing = new Set<string>([...keys, ...left, ...checkpoint, ...own]);
    const included: readonly string[] = LEASES_TABLE.heldIndex.includedAttributes;
    const others = Object.values(ATTRIBUTE).filter((name) => !missing.has(name));
    expect(included.toSorted()).toEqual(others.toSorted());
    // Source: DynamoDB quotas, 20 projected attributes for each index.
    expect(included.length).toBeLessThanOrEqual(20);
  });

  test("spreads keys evenly over the partitions, and always the same way", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 8_000; index++) {
      const partition = heldPartitionOf(`job#${index}`);
      counts.set(partition, (counts.get(partition) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(Array.from({ length: HELD_PARTITIONS }, (_, i) => heldPartition(i)));
    expect(Math.min(...counts.values())).toBeGreaterThan(800);
    expect(heldPartitionOf("job#shop:42")).toBe(heldPartitionOf("job#shop:42"));
  });

  test("a foreign item is refused by the name of the field", () => {
    expect(() => recordFromItem({ pk: { S: "job#a" } })).toThrow("lease item job#a: leaseState must be a string");
    expect(() => recordFromItem({ pk: { S: "job#a" }, leaseState: { S: "held" } })).toThrow(
      "lease item job#a: fence must be a number",
    );
  });

  test.each([
    ["take", takeWrite({ key: "job#a", owner: LEASE.owner, durationMs: 1 }, 1, "t", 30)],
    [
      "redrive",
      takeWrite({ key: "job#a", owner: LEASE.owner, durationMs: 1, redriveOfFence: 1, site: "s" }, 1, "t", 30),
    ],
    ["renew", renewWrite(LEASE, 1, 1, 30)],
    ["take of another kind", takeWrite({ key: "phase#A", owner: LEASE.owner, durationMs: 1 }, 1, "t", 30)],
    ["release", releaseWrite(LEASE, { reason: "failed", countsAsAttempt: true }, 1, 30)],
    ["release uncounted", releaseWrite(LEASE, { reason: "failed", countsAsAttempt: false }, 1, 30)],
    ["release, telling", releaseWrite(LEASE, { reason: "failed", countsAsAttempt: false, history: [] }, 1, 30)],
    ["finish", finishWrite(LEASE, "completed", "{}", undefined, 1, 30)],
    ["finish, telling", finishWrite(LEASE, "completed", "{}", [], 1, 30)],
    ["checkpoint", checkpointWrite(LEASE, { ...POINT, body: { kind: "object", key: "k", bytes: 1, sealed: true } })],
    [
      "checkpoint inline",
      checkpointWrite(LEASE, { ...POINT, body: { kind: "inline", packed: Uint8Array.of(1), sealed: true } }),
    ],
    ["note", noteWrite(LEASE, [])],
  ])("%s names exactly the attributes and values that it uses, and wants the losing record", (_, write) => {
    const text = `${write.UpdateExpression} ${write.ConditionExpression}`;
    const used = (pattern: RegExp) => [...new Set(text.match(pattern))].toSorted();
    expect(Object.keys(write.ExpressionAttributeNames ?? {}).toSorted()).toEqual(used(/#\w+/gu));
    expect(Object.keys(write.ExpressionAttributeValues ?? {}).toSorted()).toEqual(used(/:\w+/gu));
    expect(Object.values(write.ExpressionAttributeNames ?? {})).not.toContain(undefined);
    expect(write.ReturnValuesOnConditionCheckFailure).toBe("ALL_OLD");
  });
});

describe("packed JSON", () => {
  test.each(["{}", `"${"ü".repeat(511)}"`, `"${"ü".repeat(512)}"`, JSON.stringify({ a: "🍐".repeat(9_000) })])(
    "comes back as it went in",
    (json) => {
      const packed = packJson(json);
      expect(packed.S === undefined).toBe(Buffer.byteLength(json) > 1_024);
      expect(unpackJson(packed)).toBe(json);
    },
  );

  test("that is absent is undefined", () => {
    expect(unpackJson(undefined)).toBeUndefined();
  });
});
