import { AssertionError } from "node:assert/strict";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { MemorySessionStore } from "../../../functions/core/session/memory-session-store.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import { SESSION_CLAUSE } from "../../../functions/store/session-conditions.ts";
import { startSessionStores, type SessionStores } from "../../setup/session-stores.ts";
import { changeUpdates, withoutMargin } from "../contract/change-updates.ts";
import { withoutSessionClause } from "../session-contract/change-session-updates.ts";
import { SESSION_STORE_CONTRACT } from "../session-contract/session-store-contract.ts";

let stores: SessionStores;
beforeAll(async () => {
  stores = await startSessionStores();
});
afterAll(async () => stores.stop());

interface Implementation {
  readonly name: string;
  /** A store, and another container's of the same sessions. */
  readonly create: () => Promise<readonly [SessionStore, SessionStore]>;
}

const IMPLEMENTATIONS: readonly Implementation[] = [
  {
    name: "in memory",
    async create() {
      const store = new MemorySessionStore();
      return [store, store];
    },
  },
  {
    name: "on DynamoDB",
    async create() {
      const { store, stranger } = await stores.create();
      return [store, stranger()];
    },
  },
  {
    name: "on a DynamoDB that keeps the losing record to itself",
    async create() {
      const { store, stranger } = await stores.create((client) =>
        changeUpdates(client, (input) => ({ ...input, ReturnValuesOnConditionCheckFailure: undefined })),
      );
      return [store, stranger()];
    },
  },
];

describe.each(IMPLEMENTATIONS)("the session store $name", ({ create }) => {
  test.each(SESSION_STORE_CONTRACT)("$name (guarantee $guarantee)", async ({ show }) => {
    await expect(show(...(await create()))).resolves.toBeUndefined();
  });
});

/** Each clause of the conditions, and a promise that a store without it must break. */
const BROKEN: readonly { readonly clause: keyof typeof SESSION_CLAUSE; readonly breaks: RegExp }[] = [
  { clause: "ready", breaks: /^takes follow the rule/u },
  { clause: "recheckDue", breaks: /^takes follow the rule/u },
  { clause: "sameAsSeen", breaks: /^(takes follow the rule|of refreshers that saw the same fence)/u },
  // Where the clause is a part of the index's place, not of a take.
  { clause: "free", breaks: /^amend leaves the lease of whoever refreshes alone/u },
  { clause: "free", breaks: /^of (50 simultaneous takes|simultaneous takes by one owner)/u },
  { clause: "expired", breaks: /^a held session isn't taken until its expiry/u },
  { clause: "sameFence", breaks: /^(renew|save|release) is refused to/u },
  { clause: "sameOwner", breaks: /^((renew|save|release) is refused to|nothing is written under a lease that was)/u },
  { clause: "notWritten", breaks: /^the last write under a lease, repeated/u },
  { clause: "sameLogin", breaks: /^amend of what was seen under an earlier login/u },
  { clause: "sameRevision", breaks: /^(amend on an older revision|of 20 simultaneous amendments)/u },
  { clause: "inNoPool", breaks: /^(ready sessions come|ready answers neither|an operator's word moves)/u },
  { clause: "inOrder", breaks: /^a session given back by an operator who knows only its pool/u },
  { clause: "conditionAsKnown", breaks: /^a session released by a container that thinks it ready/u },
  { clause: "notRetired", breaks: /^a session renewed by a container that thinks it ready/u },
];

describe("the contract refuses a store", () => {
  test.each(BROKEN)("without the clause $clause", async ({ clause, breaks }) => {
    const forget = withoutSessionClause(SESSION_CLAUSE[clause]);
    const meant = SESSION_STORE_CONTRACT.filter(({ name }) => breaks.test(name));
    expect(meant.length).toBeGreaterThan(0);
    for (const { name, show } of meant) {
      const { store, stranger } = await stores.create((client) => changeUpdates(client, forget));
      // Any other failure would prove nothing.
      const finding = await show(store, stranger()).catch((error: unknown) => error);
      expect([name, finding]).toEqual([name, expect.any(AssertionError)]);
    }
  });

  test("without the clause held, by what DynamoDB itself refuses then", async () => {
    const meant = SESSION_STORE_CONTRACT.find(({ name }) => name.includes("that thinks it held, while it is free"));
    const { store, stranger } = await stores.create((client) =>
      changeUpdates(client, withoutSessionClause(SESSION_CLAUSE.held)),
    );
    await expect(meant?.show(store, stranger())).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test("without the skew margin", async () => {
    const held = SESSION_STORE_CONTRACT.find(({ name }) => name.startsWith("a held session isn't taken until"));
    const { store, stranger } = await stores.create((client) => changeUpdates(client, withoutMargin));
    await expect(held?.show(store, stranger())).rejects.toBeInstanceOf(AssertionError);
  });
});
