import assert from "node:assert/strict";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { JobEvent } from "../../../functions/core/job/job-history.ts";
import { CLOCK_SKEW_MARGIN_MS, takeable } from "../../../functions/core/lease/lease-rules.ts";
import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";
import type { Lease, LeaseKey } from "../../../functions/core/lease/lease.ts";
import { MemoryLeaseStore } from "../../../functions/core/lease/memory-lease-store.ts";
import { CLAUSE } from "../../../functions/store/lease-conditions.ts";
import { startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";
import {
  changeUpdates,
  withUpdate,
  withoutClause,
  withoutMargin,
  withoutUntoldTakes,
} from "../contract/change-updates.ts";
import {
  CIRCUMSTANCES,
  INLINE,
  NOW_MS,
  OBJECT,
  checkpointOf,
  endedEvent,
  jobResult,
} from "../contract/lease-fixtures.ts";

/** What has happened so far in one random sequence. */
interface World {
  nowMs: number;
  readonly leases: Lease[];
  /** The id that the real store gave last, which is the one that memory's next new key gets. */
  realId: string;
  readonly memory: MemoryLeaseStore;
}
type Step = fc.AsyncCommand<World, LeaseStore>;
type Call = (store: LeaseStore, world: World) => Promise<unknown>;

const KEYS: readonly LeaseKey[] = ["job#a", "job#b:1", "session#c"];
const DURATION_MS = 10_000;
/** Thousands of requests, on a machine that may be busy. */
const TIMEOUT_MS = 180_000;

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
  readonly #told: boolean;
  constructor(key: LeaseKey, container: number, told: boolean, redriveOfFence: number | undefined) {
    this.#key = key;
    this.#container = container;
    this.#told = told;
    this.#redriveOfFence = redriveOfFence;
  }
  check(): boolean {
    return true;
  }
  async run(world: World, real: LeaseStore): Promise<void> {
    const { nowMs, memory } = world;
    const owner = { container: `container-${this.#container}`, invocation: "i" };
    const circumstances = this.#told ? { ...CIRCUMSTANCES, invocation: `i-${nowMs}` } : undefined;
    const redriveOfFence = this.#redriveOfFence;
    const request = { key: this.#key, owner, durationMs: DURATION_MS, redriveOfFence, circumstances };
    const rule = takeable(await memory.read(this.#key), nowMs, this.#redriveOfFence);
    const answer = await real.take(request, nowMs);
    if (answer.kind === "taken") world.realId = answer.lease.id;
    const expected = await memory.take(request, nowMs);
    assert.equal(expected.kind, rule.kind === "free" ? "taken" : rule.kind);
    assert.deepEqual(answer, expected);
    if (expected.kind === "taken") world.leases.push(expected.lease);
  }
  toString(): string {
    const told = this.#told ? "" : "silently ";
    return `${told}take ${this.#key} by ${this.#container}, redrive of ${this.#redriveOfFence}`;
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

const BODIES = [INLINE, OBJECT] as const;

const telling = (tells: boolean) => (tells ? " with a history" : "");

/** Some lengths are over the limit of what a record keeps. */
function historyAt({ fence, attempt }: Lease, nowMs: number, tells = true): JobEvent[] | undefined {
  if (!tells) return undefined;
  return Array.from({ length: (nowMs % 7) * 8 }, (_, index) =>
    endedEvent(fence, { atMs: nowMs + index, runMs: attempt }),
  );
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

const STEPS = {
  take: fc
    .tuple(
      fc.constantFrom(...KEYS),
      fc.nat(2),
      fc.boolean(),
      fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    )
    .map(([key, container, told, redriveOfFence]) => new Take(key, container, told, redriveOfFence)),
  wait: fc
    .constantFrom(1, DURATION_MS - 1, DURATION_MS, CLOCK_SKEW_MARGIN_MS, DURATION_MS + CLOCK_SKEW_MARGIN_MS)
    .map((ms) => new Wait(ms)),
  renew: underLease("renew", async (store, lease, nowMs) => store.renew(lease, DURATION_MS, nowMs)),
  release: fc
    .tuple(fc.boolean(), fc.boolean())
    .chain(([countsAsAttempt, tells]) =>
      underLease(`release${countsAsAttempt ? "" : " uncounted"}${telling(tells)}`, async (store, lease, nowMs) =>
        store.release(lease, { reason: "failed", countsAsAttempt, history: historyAt(lease, nowMs, tells) }, nowMs),
      ),
    ),
  finish: fc
    .tuple(fc.constantFrom("completed", "failed"), fc.boolean())
    .chain(([kind, tells]) =>
      underLease(`finish as ${kind}${telling(tells)}`, async (store, lease, nowMs) =>
        store.finish(lease, jobResult(kind), nowMs, historyAt(lease, nowMs, tells)),
      ),
    ),
  note: underLease("note", async (store, lease, nowMs) => store.note(lease, historyAt(lease, nowMs) ?? [], nowMs)),
  listHeld: fc.constant(new OnBoth("list held", async (store) => store.listHeld(10))),
  checkpoint: fc
    .integer({ min: 1, max: 4 })
    .chain((sequence) =>
      underLease(`checkpoint ${sequence}`, async (store, lease, nowMs) =>
        store.checkpoint(lease, checkpointOf(sequence, { attempt: lease.attempt, body: BODIES[sequence % 2] }), nowMs),
      ),
    ),
} satisfies Record<string, fc.Arbitrary<Step>>;
type StepName = keyof typeof STEPS;

describe("random sequences of calls", () => {
  let stores: LeaseStores;
  beforeAll(async () => {
    stores = await startLeaseStores();
  });
  afterAll(async () => stores.stop());

  async function sequences(
    parameters: fc.Parameters<unknown>,
    steps: readonly fc.Arbitrary<Step>[] = Object.values(STEPS),
    change?: Parameters<LeaseStores["create"]>[0],
  ): Promise<fc.RunDetails<unknown>> {
    return fc.check(
      fc.asyncProperty(fc.commands([...steps], { maxCommands: 40, size: "max" }), async (commands) => {
        const { store } = await stores.create(change);
        await fc.asyncModelRun(() => {
          const model: World = {
            nowMs: NOW_MS,
            leases: [],
            realId: "",
            memory: new MemoryLeaseStore(() => model.realId),
          };
          return { model, real: store };
        }, commands);
      }),
      { ...parameters, endOnFailure: true },
    );
  }

  test(
    "get the same answers from DynamoDB as from memory, and takes follow the rule",
    async () => {
      const details = await sequences({ numRuns: 60 });
      // Its cause tells the difference, its message how to see it again.
      if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
      expect(details.numRuns).toBe(60);
    },
    TIMEOUT_MS,
  );

  const BROKEN: readonly {
    readonly name: string;
    readonly change: Parameters<typeof changeUpdates>[1];
    /** Those that can tell, so that it doesn't take long. */
    readonly steps: readonly StepName[];
  }[] = [
    {
      name: "without the clause sameFence",
      change: withoutClause(CLAUSE.sameFence),
      steps: ["take", "wait", "renew", "release"],
    },
    { name: "without the clause held", change: withoutClause(CLAUSE.held), steps: ["take", "renew", "finish"] },
    { name: "without the clause ahead", change: withoutClause(CLAUSE.ahead), steps: ["take", "wait", "checkpoint"] },
    { name: "without the skew margin", change: withoutMargin, steps: ["take", "wait"] },
    { name: "that leaves no mark for a silent take", change: withoutUntoldTakes, steps: ["take", "wait", "release"] },
    {
      name: "whose redrive goes on with the old history",
      change: withUpdate((update) => update.replace("REMOVE #history, ", "REMOVE ")),
      steps: ["take", "wait", "finish"],
    },
    {
      name: "that gives an id at every take",
      change: withUpdate((update) => update.replace("if_not_exists(#id, :takenBy)", ":takenBy")),
      steps: ["take", "wait"],
    },
  ];

  test.each(BROKEN)(
    "find out a store $name",
    async ({ change, steps }) => {
      const details = await sequences(
        { numRuns: 200, seed: 1 },
        steps.map((name): fc.Arbitrary<Step> => STEPS[name]),
        (client) => changeUpdates(client, change),
      );
      // Anything but a wrong answer would prove nothing.
      expect(details.errorInstance).toBeInstanceOf(assert.AssertionError);
    },
    TIMEOUT_MS,
  );
});
