import assert from "node:assert/strict";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CLOCK_SKEW_MARGIN_MS, takeable } from "../../../functions/core/lease/lease-rules.ts";
import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";
import type { Lease, LeaseKey } from "../../../functions/core/lease/lease.ts";
import { MemoryLeaseStore } from "../../../functions/core/lease/memory-lease-store.ts";
import { CLAUSE } from "../../../functions/store/lease-conditions.ts";
import { startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";
import { changeUpdates, withoutClause, withoutMargin } from "../contract/change-updates.ts";
import { NOW_MS, jobResult } from "../contract/lease-fixtures.ts";

/** What has happened so far in one random sequence. */
interface World {
  nowMs: number;
  readonly leases: Lease[];
  readonly memory: MemoryLeaseStore;
}
type Step = fc.AsyncCommand<World, LeaseStore>;
type Call = (store: LeaseStore, world: World) => Promise<unknown>;

const KEYS: readonly LeaseKey[] = ["job#a", "job#b:1", "session#c"];
const DURATION_MS = 10_000;

/** Runs a call on both stores; the answer, and every record after it, must be the same. */
class OnBoth implements Step {
  readonly #name: string;
  readonly #call: Call;
  constructor(name: string, call: Call) {
    this.#name = name;
    this.#call = call;
  }
  check(): boolean {
    return true;
  }
  async run(world: World, real: LeaseStore): Promise<void> {
    const expected = await this.#call(world.memory, world);
    assert.deepEqual(await this.#call(real, world), expected);
    assert.deepEqual(await real.readMany(KEYS), await world.memory.readMany(KEYS));
  }
  toString(): string {
    return this.#name;
  }
}

class Take implements Step {
  readonly #key: LeaseKey;
  readonly #container: number;
  readonly #redriveOfFence: number | undefined;
  constructor(key: LeaseKey, container: number, redriveOfFence: number | undefined) {
    this.#key = key;
    this.#container = container;
    this.#redriveOfFence = redriveOfFence;
  }
  check(): boolean {
    return true;
  }
  async run(world: World, real: LeaseStore): Promise<void> {
    const { nowMs, memory } = world;
    const owner = { container: `container-${this.#container}`, invocation: "i" };
    const request = { key: this.#key, owner, durationMs: DURATION_MS, redriveOfFence: this.#redriveOfFence };
    const rule = takeable(await memory.read(this.#key), nowMs, this.#redriveOfFence);
    const expected = await memory.take(request, nowMs);
    assert.equal(expected.kind, rule.kind === "free" ? "taken" : rule.kind);
    assert.deepEqual(await real.take(request, nowMs), expected);
    if (expected.kind === "taken") world.leases.push(expected.lease);
  }
  toString(): string {
    return `take ${this.#key} by ${this.#container}, redrive of ${this.#redriveOfFence}`;
  }
}

class Wait implements Step {
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  check(): boolean {
    return true;
  }
  async run(world: World): Promise<void> {
    world.nowMs += this.#ms;
  }
  toString(): string {
    return `wait ${this.#ms} ms`;
  }
}

/** A call under one of the leases so far, stale ones included. */
function underLease(name: string, call: (store: LeaseStore, lease: Lease, nowMs: number) => Promise<unknown>) {
  return fc.nat(100).map((pick): Step => {
    const step: Call = async (store, { leases, nowMs }) => {
      const lease = leases.at(pick % Math.max(1, leases.length));
      return lease === undefined ? undefined : call(store, lease, nowMs);
    };
    return new OnBoth(`${name} lease ${pick}`, step);
  });
}

const STEPS: fc.Arbitrary<Step>[] = [
  fc
    .tuple(fc.constantFrom(...KEYS), fc.nat(2), fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }))
    .map(([key, container, redriveOfFence]) => new Take(key, container, redriveOfFence)),
  fc
    .constantFrom(1, DURATION_MS - 1, DURATION_MS, CLOCK_SKEW_MARGIN_MS, DURATION_MS + CLOCK_SKEW_MARGIN_MS)
    .map((ms) => new Wait(ms)),
  underLease("renew", async (store, lease, nowMs) => store.renew(lease, DURATION_MS, nowMs)),
  underLease("release", async (store, lease, nowMs) => store.release(lease, "failed", true, nowMs)),
  underLease("release uncounted", async (store, lease, nowMs) => store.release(lease, "preempted", false, nowMs)),
  underLease("complete", async (store, lease, nowMs) => store.finish(lease, jobResult("completed"), nowMs)),
  underLease("fail", async (store, lease, nowMs) => store.finish(lease, jobResult("failed"), nowMs)),
  fc.constant(new OnBoth("list held", async (store) => store.listHeld(10))),
  fc
    .integer({ min: 1, max: 4 })
    .chain((sequence) =>
      underLease(`checkpoint ${sequence}`, async (store, lease, nowMs) =>
        store.checkpoint(lease, { sequence, stage: "s", cursor: { sequence, of: lease.fence } }, nowMs),
      ),
    ),
];

describe("random sequences of calls", () => {
  let stores: LeaseStores;
  beforeAll(async () => {
    stores = await startLeaseStores();
  });
  afterAll(async () => stores.stop());

  async function sequences(
    parameters: fc.Parameters<unknown>,
    change?: Parameters<LeaseStores["create"]>[0],
  ): Promise<fc.RunDetails<unknown>> {
    return fc.check(
      fc.asyncProperty(fc.commands(STEPS, { maxCommands: 40, size: "max" }), async (commands) => {
        const { store } = await stores.create(change);
        await fc.asyncModelRun(
          () => ({ model: { nowMs: NOW_MS, leases: [], memory: new MemoryLeaseStore() }, real: store }),
          commands,
        );
      }),
      { ...parameters, endOnFailure: true },
    );
  }

  test("get the same answers from DynamoDB as from memory, and takes follow the rule", async () => {
    const details = await sequences({ numRuns: 60 });
    expect(fc.defaultReportMessage(details)).toBeUndefined();
  });

  /** What finds a known-bad store out. Anything but a wrong answer would prove nothing. */
  async function findingOut(change: Parameters<LeaseStores["create"]>[0]): Promise<unknown> {
    const details = await sequences({ numRuns: 200, seed: 1 }, change);
    return details.errorInstance;
  }

  test.each(["sameFence", "held", "ahead"] as const)("find out a store without the clause %s", async (clause) => {
    const finding = await findingOut((client) => changeUpdates(client, withoutClause(CLAUSE[clause])));
    expect(finding).toBeInstanceOf(assert.AssertionError);
  });

  test("find out a store without the skew margin", async () => {
    const finding = await findingOut((client) => changeUpdates(client, withoutMargin));
    expect(finding).toBeInstanceOf(assert.AssertionError);
  });
});
