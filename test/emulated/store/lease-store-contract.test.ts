import { AssertionError } from "node:assert/strict";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CLAUSE } from "../../../functions/store/lease-conditions.ts";
import { MemoryLeaseStore } from "../../../functions/core/lease/memory-lease-store.ts";
import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";
import { startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";
import { changeUpdates, withoutClause, withoutMargin } from "../contract/change-updates.ts";
import { LEASE_STORE_CONTRACT } from "../contract/lease-store-contract.ts";

let stores: LeaseStores;
beforeAll(async () => {
  stores = await startLeaseStores();
});
afterAll(async () => stores.stop());

const STORES: readonly { readonly name: string; readonly create: () => Promise<LeaseStore> }[] = [
  { name: "in memory", create: async () => new MemoryLeaseStore() },
  { name: "on DynamoDB", create: async () => (await stores.create()).store },
  {
    name: "on a DynamoDB that keeps the losing record to itself",
    create: async () => {
      const { store } = await stores.create((client) =>
        changeUpdates(client, (input) => ({ ...input, ReturnValuesOnConditionCheckFailure: undefined })),
      );
      return store;
    },
  },
];

describe.each(STORES)("the lease store $name", ({ create }) => {
  test.each(LEASE_STORE_CONTRACT)("$name (guarantee $guarantee)", async ({ show }) => {
    await expect(show(await create())).resolves.toBeUndefined();
  });
});

/** Each clause of the conditions, and a promise that a store without it must break. */
const BROKEN: readonly { readonly clause: keyof typeof CLAUSE; readonly breaks: RegExp }[] = [
  { clause: "sameFence", breaks: /^(renew|release|finish|checkpoint) is refused to whoever was fenced out/u },
  { clause: "sameOwner", breaks: /^(renew|release|finish|checkpoint) is refused to whoever was fenced out/u },
  { clause: "held", breaks: /^(nothing is written under a lease that was given back|a finished key keeps)/u },
  { clause: "ahead", breaks: /^checkpoints move forward only/u },
];

describe("the contract refuses a store", () => {
  test.each(BROKEN)("without the clause $clause", async ({ clause, breaks }) => {
    const broken = await brokenPromises((client) => changeUpdates(client, withoutClause(CLAUSE[clause])));
    const expected = LEASE_STORE_CONTRACT.map(({ name }) => name).filter((name) => breaks.test(name));
    expect(expected.length).toBeGreaterThan(0);
    expect(broken).toEqual(expect.arrayContaining(expected));
  });

  test("without the skew margin", async () => {
    const broken = await brokenPromises((client) => changeUpdates(client, withoutMargin));
    expect(broken).toContain("a held key isn't taken until its expiry is over by more than the margin");
  });

  test("whose take has no condition", async () => {
    const broken = await brokenPromises((client) =>
      changeUpdates(client, (input) => {
        const condition = `${CLAUSE.new} OR ${CLAUSE.released}`;
        const always = input.ConditionExpression?.replace(condition, `attribute_exists(#fence) OR ${condition}`);
        return { ...input, ConditionExpression: always };
      }),
    );
    expect(broken).toEqual(
      expect.arrayContaining([
        "of 50 simultaneous takes exactly one is taken, whether the key is new, released or expired",
        "of simultaneous takes by one owner for one message exactly one is taken",
        "a finished key keeps its result, whoever comes and however late",
        "a redrive never runs a completed job",
      ]),
    );
  });
});

async function brokenPromises(change: Parameters<LeaseStores["create"]>[0]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, show } of LEASE_STORE_CONTRACT) {
    const { store } = await stores.create(change);
    await show(store).catch((error: unknown) => {
      // Any other failure would prove nothing.
      if (!(error instanceof AssertionError)) throw error;
      names.push(name);
    });
  }
  return names;
}
