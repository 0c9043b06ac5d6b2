import { describe, expect, it } from "vitest";

import { SlotGate, type SlotPolicy } from "../../../../functions/core/capacity/slot-gate.ts";
import type { SlotRequest } from "../../../../functions/core/capacity/slot-request.ts";
import { PRIORITIES } from "../../../../functions/core/job/job-message.ts";
import { HOUR_MS, ids, job, policy } from "./gate/gate-fixtures.ts";

function full(change: Partial<SlotPolicy> = {}): SlotGate {
  const gate = new SlotGate({ ...policy, ...change });
  gate.request(job("a"), 0, HOUR_MS);
  gate.request(job("b"), 0, HOUR_MS);
  return gate;
}

describe("SlotGate", () => {
  it("grants while there is room, then lets wait, then grants in order of arrival", () => {
    const gate = full();
    expect(gate.request(job("c"), 0, HOUR_MS)).toEqual({ granted: [], refused: [], displaced: [] });
    expect(gate.request(job("d"), 1, HOUR_MS)).toEqual({ granted: [], refused: [], displaced: [] });
    expect(ids(gate.release("a", 2, HOUR_MS).granted)).toEqual(["c"]);
    expect(ids(gate.release("b", 3, HOUR_MS).granted)).toEqual(["d"]);
  });

  it("takes the higher priority first, whoever came first", () => {
    const gate = full();
    for (const priority of PRIORITIES) gate.request(job(priority, { priority }), 0, HOUR_MS);
    const order = ["a", "critical", "high", "normal"].flatMap((id) => ids(gate.release(id, 0, HOUR_MS).granted));
    expect(order).toEqual(["critical", "high", "normal", "low"]);
  });

  it("lets a waiting job rise, so that a stream of higher ones can't starve it", () => {
    const gate = full({ waitLimitMs: HOUR_MS, queueLimit: 1_000 });
    gate.request(job("patient", { priority: "low" }), 0, HOUR_MS);
    let running = "a";
    for (let step = 1; step <= 50; step += 1) {
      const nowMs = step * 100;
      gate.request(job(`high-${step}`, { priority: "high" }), nowMs, HOUR_MS);
      running = ids(gate.release(running, nowMs, HOUR_MS).granted)[0] ?? running;
      if (running === "patient") break;
    }
    expect(running).toBe("patient");
  });

  it("puts no more jobs into a browser than the least tolerant of them allows", () => {
    const gate = new SlotGate({ ...policy, capacity: 10, ratio: { discovery: 3, extraction: 1, live: 10 } });
    expect(ids(gate.request(job("one", { jobClass: "extraction" }), 0, HOUR_MS).granted)).toEqual(["one"]);
    expect(ids(gate.request(job("two", { jobClass: "live" }), 0, HOUR_MS).granted)).toEqual([]);
    expect(ids(gate.release("one", 1, HOUR_MS).granted)).toEqual(["two"]);
    expect(gate.free("discovery")).toBe(2);
    expect(gate.free("extraction")).toBe(0);
  });

  it("keeps later jobs out once an intolerant one has waited long enough, so that it gets its turn", () => {
    const gate = new SlotGate({ ...policy, capacity: 10, ratio: { discovery: 10, extraction: 1, live: 10 } });
    gate.request(job("neighbour-0", { jobClass: "discovery" }), 0, HOUR_MS);
    gate.request(job("alone", { jobClass: "extraction" }), 0, HOUR_MS);
    expect(ids(gate.request(job("neighbour-1", { jobClass: "discovery" }), 1, HOUR_MS).granted)).toEqual([
      "neighbour-1",
    ]);
    expect(ids(gate.request(job("neighbour-2", { jobClass: "discovery" }), 5_000, HOUR_MS).granted)).toEqual([]);
    gate.release("neighbour-0", 5_001, HOUR_MS);
    expect(ids(gate.release("neighbour-1", 5_002, HOUR_MS).granted)).toEqual(["alone"]);
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
    expect(ids(gate.release("a", 1, HOUR_MS).granted)).toEqual(["c"]);
    expect(ids(gate.release("a", 1, HOUR_MS).granted)).toEqual([]);
  });
});
