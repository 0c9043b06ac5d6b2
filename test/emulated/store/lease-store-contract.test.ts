import { AssertionError } from "node:assert/strict";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CLAUSE } from "../../../functions/store/lease-conditions.ts";
import { MemoryLeaseStore } from "../../../functions/core/lease/memory-lease-store.ts";
import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";
import type { LeaseKey } from "../../../functions/core/lease/lease.ts";
import { startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";
import {
  changeUpdates,
  withUpdate,
  withoutClause,
  withoutMargin,
  withoutUntoldTakes,
} from "../contract/change-updates.ts";
import { LEASE_STORE_CONTRACT } from "../contract/lease-store-contract.ts";
import type { Promised } from "../contract/promised.ts";

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
  { clause: "sameFence", breaks: /^(renew|release|finish|checkpoint|note) is refused to whoever was fenced out/u },
  { clause: "sameOwner", breaks: /^(renew|release|finish|checkpoint|note) is refused to whoever was fenced out/u },
  { clause: "held", breaks: /^(nothing is written under a lease that was given back|a finished key keeps)/u },
  { clause: "notOvertaken", breaks: /^a renewal that was overtaken/u },
  { clause: "ahead", breaks: /^checkpoints move forward only/u },
];

const APPENDED = "list_append(if_not_exists(#history, :noEvents), :event)";

/** Updates that do less or other than they should, and a promise that such a store must break. */
const CHANGED: readonly {
  readonly name: string;
  readonly change: Parameters<typeof changeUpdates>[1];
  readonly breaks: RegExp;
}[] = [
  {
    name: "that gives an id at every take",
    change: withUpdate((update) => update.replace("if_not_exists(#id, :takenBy)", ":takenBy")),
    breaks: /^the id is given by the first take/u,
  },
  {
    name: "whose take puts its event in the history's place",
    change: withUpdate((update) => update.replace(APPENDED, ":event")),
    breaks: /^take adds its event/u,
  },
  {
    name: "whose take adds nothing",
    change: withUpdate((update) => update.replace(APPENDED, "if_not_exists(#history, :noEvents)")),
    breaks: /^take adds its event/u,
  },
  {
    name: "whose release leaves no mark",
    change: withUpdate((update) =>
      update.includes(":released") ? update.replace(/, #history = list.*event\)/u, "") : update,
    ),
    breaks: /^take's events keep their numbers/u,
  },
  { name: "whose take leaves no mark", change: withoutUntoldTakes, breaks: /^take's events keep their numbers/u },
  {
    name: "that notes nothing",
    change: withUpdate((update) => update.replace(/^SET #history = :history$/u, "SET #fence = :fence")),
    breaks: /^note, release and finish put/u,
  },
  {
    name: "whose finish forgets the history",
    change: withUpdate((update) => update.replace("#finishedHistory = if_not_exists(#history, :noEvents), ", "")),
    breaks: /^a finished job keeps its history/u,
  },
  {
    name: "whose redrive goes on with the old history",
    change: withUpdate((update) => update.replace("REMOVE #history, ", "REMOVE ")),
    breaks: /^a finished job keeps its history/u,
  },
  {
    name: "that keeps both forms of a checkpoint's body",
    change: withUpdate((update) => update.replace(/ REMOVE #checkpoint.*$/u, "")),
    breaks: /^a body in the record and one in an object take/u,
  },
];

describe("the contract refuses a store", () => {
  test.each(CHANGED)("$name", async ({ change, breaks }) => {
    const promises = LEASE_STORE_CONTRACT.filter(({ name }) => breaks.test(name));
    expect(promises).toHaveLength(1);
    const broken = await brokenPromises((client) => changeUpdates(client, change), promises);
    expect(broken).toEqual(promises.map(({ name }) => name));
  });

  test("that takes any checkpoint of the stored sequence for a repetition", async () => {
    class Credulous extends MemoryLeaseStore {
      override async checkpoint(...[lease, point, nowMs]: Parameters<LeaseStore["checkpoint"]>) {
        const answer = await super.checkpoint(lease, point, nowMs);
        const again = answer.kind === "lost" && answer.record?.checkpoint?.sequence === point.sequence;
        return again ? ({ kind: "done", value: undefined } as const) : answer;
      }
    }
    await expect(promiseOf(/^a checkpoint that differs in any field/u).show(new Credulous())).rejects.toBeInstanceOf(
      AssertionError,
    );
  });

  test("that hands out its own bytes", async () => {
    class Shared extends MemoryLeaseStore {
      readonly #records = new Map<string, ReturnType<LeaseStore["read"]>>();
      override async read(key: LeaseKey) {
        const record = this.#records.get(key) ?? super.read(key);
        this.#records.set(key, record);
        return record;
      }
    }
    await expect(promiseOf(/^the bytes of a checkpoint/u).show(new Shared())).rejects.toBeInstanceOf(AssertionError);
  });

  test.each(BROKEN)("without the clause $clause", async ({ clause, breaks }) => {
    const promises = LEASE_STORE_CONTRACT.filter(({ name }) => breaks.test(name));
    expect(promises.length).toBeGreaterThan(0);
    const broken = await brokenPromises((client) => changeUpdates(client, withoutClause(CLAUSE[clause])), promises);
    expect(broken).toEqual(promises.map(({ name }) => name));
  });

  test("without the skew margin", async () => {
    const promise = promiseOf(/^a held key isn't taken until its expiry is over by more than the margin$/u);
    const broken = await brokenPromises((client) => changeUpdates(client, withoutMargin), [promise]);
    expect(broken).toEqual([promise.name]);
  });

  test("whose take has no condition", async () => {
    const promises = [
      promiseOf(/^of 50 simultaneous takes exactly one is taken/u),
      promiseOf(/^of simultaneous takes by one owner for one message/u),
      promiseOf(/^a finished key keeps its result/u),
      promiseOf(/^a redrive never runs a completed job$/u),
    ];
    const change = (client: Parameters<typeof changeUpdates>[0]) =>
      changeUpdates(client, (input) => {
        const condition = `${CLAUSE.new} OR ${CLAUSE.released}`;
        const always = input.ConditionExpression?.replace(condition, `attribute_exists(#fence) OR ${condition}`);
        return { ...input, ConditionExpression: always };
      });
    expect(await brokenPromises(change, promises)).toEqual(promises.map(({ name }) => name));
  });
});

function promiseOf(pattern: RegExp): Promised {
  const found = LEASE_STORE_CONTRACT.find(({ name }) => pattern.test(name));
  if (found === undefined) throw new Error(`no promise ${pattern}`);
  return found;
}

async function brokenPromises(
  change: Parameters<LeaseStores["create"]>[0],
  promises: readonly Promised[],
): Promise<string[]> {
  const names: string[] = [];
  for (const { name, show } of promises) {
    const { store } = await stores.create(change);
    await show(store).catch((error: unknown) => {
      // Any other failure would prove nothing.
      if (!(error instanceof AssertionError)) throw error;
      names.push(name);
    });
  }
  return names;
}
