import { expect, test } from "vitest";

import { BLAME_FROM_MIB, memoryVerdict } from "../../../../functions/browser/health/memory-verdict.ts";

const LIMIT = { limitMiB: 1_000, evictAtRatio: 0.9 };
const tenant = (context: string, ownMiB: number, leased = true) => ({ context, ownMiB, leased });

test("below the ratio nobody goes, however large", () => {
  expect(memoryVerdict({ ...LIMIT, usedMiB: 899, tenants: [tenant("a", 700)] })).toEqual({ kind: "room" });
});

test("at the ratio the largest that works goes", () => {
  const tenants = [tenant("a", 200), tenant("b", 300), tenant("waits", 350, false), tenant("c", 50)];
  const verdict = memoryVerdict({ ...LIMIT, usedMiB: 900, tenants });
  expect(verdict).toEqual({ kind: "evict", context: "b", tenantMiB: 300 });
});

test.each([
  ["nobody works", [tenant("waits", 500, false)]],
  ["all are small", [tenant("a", BLAME_FROM_MIB - 1), tenant("b", 14)]],
  ["there is nobody", []],
])("the browser is replaced when %s", (_, tenants) => {
  expect(memoryVerdict({ ...LIMIT, usedMiB: 950, tenants })).toEqual({ kind: "retire" });
});
