import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { SlotGate, type SlotPolicy, type SlotRequest } from "../../../../functions/core/capacity/slot-gate.ts";
import { JOB_CLASSES, PRIORITIES, type Priority } from "../../../../functions/core/job/job-message.ts";

const policy: SlotPolicy = {
  capacity: 2,
  ratio: { discovery: 10, extraction: 10, live: 10 },
  ageingMs: 1_000,
  waitLimitMs: 10_000,
  queueLimit: 5,
};
const HOUR_MS = 3_600_000;

function job(id: string, change: Partial<SlotRequest> = {}): SlotRequest {
  return { id, priority: "normal", jobClass: "extraction", noWait: false, estimatedDurationMs: 1_000, ...change };
}

function full(change: Partial<SlotPolicy> = {}): SlotGate {
  const gate = new SlotGate({ ...policy, ...change });
  gate.request(job("a"), 0, HOUR_MS);
  gate.request(job("b"), 0, HOUR_MS);
  return gate;
}

describe("SlotGate", () => {
  it("grants while there is room, then lets wait, then grants in order of arrival", () => {
    const gate = full();
    expect(gate.request(job("c"), 0, HOUR_MS)).toEqual({ granted: [], refused: [] });
    expect(gate.request(job("d"), 1, HOUR_MS)).toEqual({ granted: [], refused: [] });
    expect(gate.release("a", 2, HOUR_MS).granted).toEqual(["c"]);
    expect(gate.release("b", 3, HOUR_MS).granted).toEqual(["d"]);
  });

  it("takes the higher priority first, whoever came first", () => {
    const gate = full();
    for (const priority of PRIORITIES) gate.request(job(priority, { priority }), 0, HOUR_MS);
    const order = ["a", "critical", "high", "normal"].flatMap((id) => gate.release(id, 0, HOUR_MS).granted);
    expect(order).toEqual(["critical", "high", "normal", "low"]);
  });

  it("lets a waiting job rise, so that a stream of higher ones can't starve it", () => {
    const gate = full({ waitLimitMs: HOUR_MS, queueLimit: 1_000 });
    gate.request(job("patient", { priority: "low" }), 0, HOUR_MS);
    let running = "a";
    for (let step = 1; step <= 50; step += 1) {
      const nowMs = step * 100;
      gate.request(job(`high-${step}`, { priority: "high" }), nowMs, HOUR_MS);
      running = gate.release(running, nowMs, HOUR_MS).granted[0] ?? running;
      if (running === "patient") break;
    }
    expect(running).toBe("patient");
  });

  it("puts no more jobs into a browser than the least tolerant of them allows", () => {
    const gate = new SlotGate({ ...policy, capacity: 10, ratio: { discovery: 3, extraction: 1, live: 10 } });
    expect(gate.request(job("one", { jobClass: "extraction" }), 0, HOUR_MS).granted).toEqual(["one"]);
    expect(gate.request(job("two", { jobClass: "live" }), 0, HOUR_MS).granted).toEqual([]);
    expect(gate.release("one", 1, HOUR_MS).granted).toEqual(["two"]);
    expect(gate.free("discovery")).toBe(2);
    expect(gate.free("extraction")).toBe(0);
  });

  it("keeps later jobs out once an intolerant one has waited long enough, so that it gets its turn", () => {
    const gate = new SlotGate({ ...policy, capacity: 10, ratio: { discovery: 10, extraction: 1, live: 10 } });
    gate.request(job("neighbour-0", { jobClass: "discovery" }), 0, HOUR_MS);
    gate.request(job("alone", { jobClass: "extraction" }), 0, HOUR_MS);
    expect(gate.request(job("neighbour-1", { jobClass: "discovery" }), 1, HOUR_MS).granted).toEqual(["neighbour-1"]);
    expect(gate.request(job("neighbour-2", { jobClass: "discovery" }), 5_000, HOUR_MS).granted).toEqual([]);
    gate.release("neighbour-0", 5_001, HOUR_MS);
    expect(gate.release("neighbour-1", 5_002, HOUR_MS).granted).toEqual(["alone"]);
  });

  it.each<[string, () => SlotGate, SlotRequest, number, string]>([
    ["noWait finds no slot", () => full(), job("x", { noWait: true }), HOUR_MS, "no-slot"],
    [
      "too little time is left",
      () => new SlotGate(policy),
      job("x", { estimatedDurationMs: 500 }),
      499,
      "not-enough-time",
    ],
    ["the queue is full", () => full({ queueLimit: 0 }), job("x"), HOUR_MS, "queue-full"],
  ])("refuses with its reason when %s", (_when, gate, request, remainingMs, reason) => {
    expect(gate().request(request, 0, remainingMs).refused).toMatchObject([{ id: "x", refusal: { reason } }]);
  });

  it("sends away who has waited too long, and says when to look again", () => {
    const gate = full();
    gate.request(job("c"), 500, HOUR_MS);
    expect(gate.nextDeadlineMs()).toBe(10_500);
    expect(gate.settle(10_499, HOUR_MS).refused).toEqual([]);
    expect(gate.settle(10_500, HOUR_MS).refused).toMatchObject([{ id: "c", refusal: { reason: "wait-limit" } }]);
    expect(gate.nextDeadlineMs()).toBeUndefined();
  });

  it("drains: who waits is sent away, who comes is refused, who runs isn't touched", () => {
    const gate = full();
    gate.request(job("c"), 0, HOUR_MS);
    expect(gate.drain("over").refused).toMatchObject([{ id: "c", refusal: { reason: "draining", detail: "over" } }]);
    expect(gate.request(job("d"), 0, HOUR_MS).refused).toMatchObject([{ refusal: { reason: "draining" } }]);
    expect(gate.running).toBe(2);
  });

  it("gives a slot back once, however often it is released", () => {
    const gate = full();
    gate.request(job("c"), 0, HOUR_MS);
    gate.request(job("d"), 0, HOUR_MS);
    expect(gate.release("a", 1, HOUR_MS).granted).toEqual(["c"]);
    expect(gate.release("a", 1, HOUR_MS).granted).toEqual([]);
  });
});

type Step =
  | {
      readonly kind: "request";
      readonly priority: Priority;
      readonly jobClass: SlotRequest["jobClass"];
      readonly noWait: boolean;
    }
  | { readonly kind: "release"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("request" as const),
    priority: fc.constantFrom(...PRIORITIES),
    jobClass: fc.constantFrom(...JOB_CLASSES),
    noWait: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("release" as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(3_000) }),
);

/** Plays the steps and throws when a rule of the gate is broken. */
function play(gate: SlotGate, ratio: SlotPolicy["ratio"], capacity: number, steps: readonly Step[]): void {
  const requests = new Map<string, SlotRequest>();
  const running = new Set<string>();
  const answered = new Set<string>();
  let nowMs = 0;
  const apply = (change: ReturnType<SlotGate["settle"]>) => {
    for (const id of [...change.granted, ...change.refused.map((one) => one.id)]) {
      if (answered.has(id)) throw new Error(`${id} was answered twice`);
      answered.add(id);
    }
    change.granted.forEach((id) => running.add(id));
    const limit = Math.min(capacity, ...[...running].map((id) => ratio[requests.get(id)?.jobClass ?? "live"]));
    if (running.size > limit) throw new Error(`${running.size} jobs run, the limit is ${limit}`);
    if (running.size !== gate.running) throw new Error("the gate's own count is wrong");
  };
  steps.forEach((one, index) => {
    if (one.kind === "wait") {
      nowMs += one.ms;
      apply(gate.settle(nowMs, HOUR_MS));
    } else if (one.kind === "release") {
      const id = [...running][one.which % Math.max(1, running.size)];
      if (id === undefined) return;
      running.delete(id);
      apply(gate.release(id, nowMs, HOUR_MS));
    } else {
      const request = job(`job-${index}`, one);
      requests.set(request.id, request);
      apply(gate.request(request, nowMs, HOUR_MS));
      if (one.noWait && !answered.has(request.id)) throw new Error("noWait was left without an answer");
    }
  });
  while (running.size > 0) {
    const [id] = running;
    running.delete(id ?? "");
    apply(gate.release(id ?? "", nowMs, HOUR_MS));
  }
  if (gate.waiting > 0) throw new Error("jobs still wait though every slot is free");
}

describe("SlotGate, whatever comes in whatever order", () => {
  const ratio = { discovery: 3, extraction: 2, live: 1 };
  const steps = fc.array(step, { maxLength: 80 });

  it("never passes a limit, answers everybody once, and leaves nobody waiting at free slots", () => {
    fc.assert(
      fc.property(steps, (list) => play(new SlotGate({ ...policy, capacity: 4, ratio }), ratio, 4, list)),
      { numRuns: 500 },
    );
  });

  it("known-bad twin: a gate that forgets what its neighbours tolerate is caught", () => {
    class Forgetful extends SlotGate {
      override free(): number {
        return Math.max(0, 4 - this.running);
      }
    }
    const check = () =>
      fc.assert(
        fc.property(steps, (list) => play(new Forgetful({ ...policy, capacity: 4, ratio }), ratio, 4, list)),
        { numRuns: 500 },
      );
    expect(check).toThrow(/Property failed/u);
  });
});
