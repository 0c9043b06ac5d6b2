import fc from "fast-check";
import { describe, expect, it, test } from "vitest";

import { SlotGate, type SlotPolicy } from "../../../../functions/core/capacity/slot-gate.ts";
import { JOB_CLASSES, PRIORITIES } from "../../../../functions/core/job/job-message.ts";
import {
  GateForTheImportant,
  GateThatForgetsPlaces,
  GateThatJoinsTheLonely,
  GateThatSparesAll,
  GateWithoutHeirs,
} from "./gate/bad-gates.ts";
import { HOUR_MS, ids, job, policy } from "./gate/gate-fixtures.ts";
import { GateModel, type Step } from "./gate/gate-model.ts";

const limits: SlotPolicy = {
  ...policy,
  capacity: 4,
  ratio: { discovery: 4, extraction: 3, live: 2 },
  waitLimitMs: 5_000,
};

const rarely = fc.nat(7).map((dice) => dice === 0);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("request" as const),
      request: fc.record({
        priority: fc.constantFrom(...PRIORITIES),
        jobClass: fc.constantFrom(...JOB_CLASSES),
        noWait: rarely,
        alone: rarely,
        displaceable: fc.boolean(),
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("release" as const, "give-way" as const), which: fc.nat(20) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(2_000) }) },
);
const steps = fc.array(step, { maxLength: 80, size: "max" });

function holds(gate: () => SlotGate, parameters: fc.Parameters<unknown> = {}): void {
  fc.assert(
    fc.property(steps, (list) => new GateModel(gate(), limits).play(list)),
    { numRuns: 500, ...parameters },
  );
}

describe("SlotGate, whatever comes in whatever order", { timeout: 60_000 }, () => {
  it("passes no limit, lets critical work wait for nobody who could go, keeps places, answers everybody once", () => {
    expect(() => holds(() => new SlotGate(limits))).not.toThrow();
  });

  it("gets to where it is difficult: many jobs are displaced", () => {
    const lists = fc.sample(steps, { numRuns: 300, seed: 1 });
    const displaced = lists.map((list) => {
      const model = new GateModel(new SlotGate(limits), limits);
      model.play(list);
      return model.displacements.length;
    });
    expect(displaced.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(300);
  });

  test.each<[string, () => SlotGate, RegExp]>([
    [
      "forgets what its neighbours tolerate",
      () => new SlotGate({ ...limits, ratio: { discovery: 4, extraction: 4, live: 4 } }),
      /run together/u,
    ],
    ["lets others join a job that must be alone", () => new GateThatJoinsTheLonely(limits), /run together/u],
    ["displaces nobody", () => new GateThatSparesAll(limits), /waits while/u],
    ["displaces for high priority too", () => new GateForTheImportant(limits), /displaces and may not/u],
    ["puts a displaced job at the end of the line", () => new GateThatForgetsPlaces(limits), /which came first/u],
    ["gives a victim's slot to an aged waiter", () => new GateWithoutHeirs(limits), /didn't get|given to others/u],
  ])("known-bad twin: a gate that %s is caught", (_what, gate, violation) => {
    // A gate breaks several rules at once: the seed says which is seen first.
    expect(() => holds(gate, { seed: 1, numRuns: 2_000, endOnFailure: true })).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching(violation) }) }),
    );
  });
});

/** A patient low job among more important ones that never stop coming. Answers whether it got a slot. */
function servesThePatient(
  ageingMs: number,
  stream: readonly { readonly priority: (typeof PRIORITIES)[number]; readonly ms: number }[],
): boolean {
  const gate = new SlotGate({ ...policy, ageingMs, waitLimitMs: HOUR_MS, queueLimit: 1_000 });
  const running = [
    ...ids(gate.request(job("a"), 0, HOUR_MS).granted),
    ...ids(gate.request(job("b"), 0, HOUR_MS).granted),
  ];
  gate.request(job("patient", { priority: "low", displaceable: true }), 0, HOUR_MS);
  let nowMs = 0;
  for (const [index, { priority, ms }] of stream.entries()) {
    nowMs += ms;
    running.push(...ids(gate.request(job(`busy-${index}`, { priority, displaceable: true }), nowMs, HOUR_MS).granted));
    running.push(...ids(gate.release(running.shift() ?? "", nowMs, HOUR_MS).granted));
    if (running.includes("patient")) return true;
  }
  return false;
}

describe("SlotGate over a long time", { timeout: 60_000 }, () => {
  const stream = fc.array(
    fc.record({
      priority: fc.constantFrom("high" as const, "critical" as const),
      ms: fc.integer({ min: 200, max: 400 }),
    }),
    { minLength: 60, maxLength: 60 },
  );
  const check = (ageingMs: number) => () => {
    fc.assert(
      fc.property(stream, (list) => servesThePatient(ageingMs, list)),
      { numRuns: 200 },
    );
  };

  it("starves nobody", () => {
    expect(check(1_000)).not.toThrow();
  });

  it("known-bad twin: a gate without ageing starves", () => {
    expect(check(Number.MAX_SAFE_INTEGER)).toThrow(/Property failed/u);
  });
});
