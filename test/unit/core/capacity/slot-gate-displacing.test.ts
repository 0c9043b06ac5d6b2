import { describe, expect, it } from "vitest";

import { SlotGate, type SlotPolicy } from "../../../../functions/core/capacity/slot-gate.ts";
import type { SlotRequest } from "../../../../functions/core/capacity/slot-request.ts";
import { HOUR_MS, ids, job, policy } from "./gate/gate-fixtures.ts";

type Wish = Partial<SlotRequest> & { readonly id: string };

function gateWith(running: readonly Wish[], change: Partial<SlotPolicy> = {}): SlotGate {
  const gate = new SlotGate({ ...policy, capacity: running.length, ...change });
  for (const { id, ...wish } of running) {
    expect(ids(gate.request(job(id, { displaceable: true, ...wish }), 0, HOUR_MS).granted)).toEqual([id]);
  }
  return gate;
}

const critical = (id: string, change: Partial<SlotRequest> = {}) => job(id, { priority: "critical", ...change });

describe("SlotGate, when critical work finds no slot", () => {
  it("names the lowest running job, of the lowest the one that started last", () => {
    const gate = gateWith([{ id: "low-1", priority: "low" }, { id: "low-2", priority: "low" }, { id: "normal" }]);
    expect(gate.request(critical("vip"), 1, HOUR_MS)).toEqual({
      granted: [],
      refused: [],
      displaced: [{ id: "low-2", by: "vip" }],
    });
    expect(gate.request(critical("vip-2"), 1, HOUR_MS).displaced).toEqual([{ id: "low-1", by: "vip-2" }]);
    expect(gate.request(critical("vip-3"), 1, HOUR_MS).displaced).toEqual([{ id: "normal", by: "vip-3" }]);
    expect(gate.request(critical("vip-4"), 1, HOUR_MS).displaced).toEqual([]);
  });

  it("lets nobody run beside more than it tolerates: as many make room as that takes, and none where it wouldn't do", () => {
    const ratio = { discovery: 10, extraction: 10, live: 2 };
    const four = [{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d", priority: "low" }] as const;
    expect(gateWith(four, { ratio }).request(critical("vip", { jobClass: "live" }), 1, HOUR_MS).displaced).toEqual([
      { id: "d", by: "vip" },
      { id: "c", by: "vip" },
      { id: "b", by: "vip" },
    ]);
    const fixed = four.map((wish) => ({ ...wish, displaceable: wish.id === "a" || wish.id === "d" }));
    const gate = gateWith(fixed, { ratio });
    expect(gate.request(critical("vip", { jobClass: "live" }), 1, HOUR_MS).displaced).toEqual([]);
    expect(gate.canDisplaceFor("live")).toBe(false);
    expect(gate.canDisplaceFor("extraction")).toBe(true);
  });

  it.each<[string, Wish, Partial<SlotRequest>]>([
    ["it doesn't wait", { id: "a" }, { noWait: true }],
    ["it must run alone", { id: "a" }, { alone: true }],
    ["it isn't critical", { id: "a" }, { priority: "high" }],
    ["all run as critical", { id: "a", priority: "critical" }, {}],
    ["those that run may not be displaced", { id: "a", displaceable: false }, {}],
  ])("displaces nobody where %s", (_where, running, change) => {
    expect(gateWith([running]).request(critical("vip", change), 1, HOUR_MS).displaced).toEqual([]);
  });

  it("displaces nobody by age", () => {
    const gate = gateWith([{ id: "a", priority: "low" }]);
    gate.request(job("old", { priority: "high" }), 0, HOUR_MS);
    expect(gate.settle(9_999, HOUR_MS)).toEqual({ granted: [], refused: [], displaced: [] });
  });

  it("gives the victim's slot to the one that took it, not to the oldest in line", () => {
    const gate = gateWith([{ id: "a" }]);
    gate.request(job("old"), 1, HOUR_MS);
    gate.request(critical("vip"), 9_000, HOUR_MS);
    expect(gate.release("a", 9_001, HOUR_MS).granted).toMatchObject([{ id: "vip", running: 1, slots: 1, waiting: 1 }]);
  });

  it("keeps what a first victim leaves until the second has left too", () => {
    const ratio = { discovery: 10, extraction: 10, live: 1 };
    const gate = gateWith([{ id: "a" }, { id: "b" }], { ratio });
    expect(gate.request(critical("vip", { jobClass: "live" }), 1, HOUR_MS).displaced).toHaveLength(2);
    expect(gate.release("b", 2, HOUR_MS).granted).toEqual([]);
    expect(gate.request(job("later"), 3, HOUR_MS).granted).toEqual([]);
    expect(gate.free("extraction")).toBe(0);
    expect(ids(gate.release("a", 4, HOUR_MS).granted)).toEqual(["vip"]);
  });

  it("drops the claim when the claimant leaves: the victim comes again to its old place", () => {
    const gate = gateWith([{ id: "a" }]);
    gate.request(critical("vip"), 1, HOUR_MS);
    gate.request(job("later"), 2, HOUR_MS);
    gate.withdraw("vip", 3, HOUR_MS);
    expect(ids(gate.release("a", 4, HOUR_MS).granted)).toEqual(["later"]);
    const place = { sinceMs: 0, order: 0 };
    expect(gate.request(job("a", { place }), 5, HOUR_MS).granted).toEqual([]);
    gate.request(job("latest"), 6, HOUR_MS);
    expect(gate.release("later", 7, HOUR_MS).granted).toMatchObject([{ id: "a", place }]);
  });

  it("drops the claim when another slot came first, and the victim is there for the next", () => {
    const gate = gateWith([{ id: "a", displaceable: false }, { id: "b" }]);
    expect(gate.request(critical("vip"), 1, HOUR_MS).displaced).toEqual([{ id: "b", by: "vip" }]);
    expect(ids(gate.release("a", 2, HOUR_MS).granted)).toEqual(["vip"]);
    expect(gate.request(critical("vip-2"), 3, HOUR_MS).displaced).toEqual([{ id: "b", by: "vip-2" }]);
  });

  it("names more victims where it counted on those of a claimant that left", () => {
    const ratio = { discovery: 10, extraction: 10, live: 1 };
    const gate = gateWith([{ id: "only", jobClass: "live" }], { ratio, capacity: 2 });
    expect(gate.request(critical("vip"), 1, HOUR_MS).displaced).toEqual([{ id: "only", by: "vip" }]);
    expect(gate.request(critical("vip-2"), 1, HOUR_MS).displaced).toEqual([]);
    expect(gate.withdraw("vip", 2, HOUR_MS).displaced).toEqual([{ id: "only", by: "vip-2" }]);
    expect(ids(gate.release("only", 3, HOUR_MS).granted)).toEqual(["vip-2"]);
  });

  it("spares a job that came to its slot before the critical one, by its age", () => {
    const gate = gateWith([{ id: "a", displaceable: false }]);
    gate.request(job("old", { displaceable: true }), 0, HOUR_MS);
    gate.request(critical("vip"), 5_000, HOUR_MS);
    expect(gate.release("a", 5_001, HOUR_MS)).toMatchObject({ granted: [{ id: "old" }], displaced: [] });
    expect(ids(gate.release("old", 5_002, HOUR_MS).granted)).toEqual(["vip"]);
  });

  it("takes a slot from a running job, and not the room that is kept for one that has aged", () => {
    const ratio = { discovery: 10, extraction: 1, live: 10 };
    const gate = gateWith([{ id: "a", jobClass: "live" }], { ratio, capacity: 2 });
    gate.request(job("old"), 0, HOUR_MS);
    const change = gate.request(critical("vip", { jobClass: "live" }), 5_000, HOUR_MS);
    expect(change).toMatchObject({ granted: [], displaced: [{ id: "a", by: "vip" }] });
    expect(ids(gate.release("a", 5_001, HOUR_MS).granted)).toEqual(["vip"]);
    expect(ids(gate.release("vip", 5_002, HOUR_MS).granted)).toEqual(["old"]);
  });

  it("isn't refused for a full line when it can displace, nor is a displaced job", () => {
    const gate = gateWith([{ id: "a" }], { queueLimit: 0 });
    expect(gate.request(critical("vip"), 1, HOUR_MS)).toMatchObject({ refused: [], displaced: [{ id: "a" }] });
    expect(gate.request(job("displaced", { place: { sinceMs: 0, order: 0 } }), 2, HOUR_MS).refused).toEqual([]);
  });

  it("counts a displaced job's wait from its return", () => {
    const gate = gateWith([{ id: "a" }]);
    gate.request(job("displaced", { place: { sinceMs: 0, order: 0 } }), 60_000, HOUR_MS);
    expect(gate.nextDeadlineMs()).toBe(70_000);
    expect(gate.settle(69_999, HOUR_MS).refused).toEqual([]);
  });

  it("forgets claims when it drains", () => {
    const gate = gateWith([{ id: "a" }]);
    gate.request(critical("vip"), 1, HOUR_MS);
    expect(gate.drain("over").refused).toMatchObject([{ id: "vip" }]);
    expect(gate.canDisplaceFor("live")).toBe(false);
    expect(gate.release("a", 2, HOUR_MS)).toEqual({ granted: [], refused: [], displaced: [] });
  });
});

describe("SlotGate with a job that must run alone", () => {
  it("starts it when nobody runs, and lets nobody join", () => {
    const gate = gateWith([{ id: "a" }], { capacity: 3 });
    expect(gate.request(job("alone", { alone: true }), 1, HOUR_MS).granted).toEqual([]);
    expect(ids(gate.release("a", 2, HOUR_MS).granted)).toEqual(["alone"]);
    expect(gate.free("live")).toBe(0);
    expect(gate.request(job("b"), 3, HOUR_MS).granted).toEqual([]);
    expect(ids(gate.release("alone", 4, HOUR_MS).granted)).toEqual(["b"]);
  });
});
