import { describe, expect, it } from "vitest";

import { faultNamed, FAULTS } from "../../../chaos/faults/registry.ts";
import { jobBody } from "../../../chaos/load/job-body.ts";
import { drawPlan, plansOf } from "../../../chaos/plan/draw-plan.ts";
import { plannedPages } from "../../../chaos/plan/plan.ts";
import { strategies } from "../../../functions/strategies/registry.ts";
import { takeIn } from "../../../functions/worker/intake.ts";

const HOST = "127.0.0.1:8080";
const plans = Array.from({ length: FAULTS.length * 3 }, (_, number) => drawPlan(5, number, FAULTS));

describe("drawPlan", () => {
  it("draws the same plan again from the same seed and number", () => {
    expect(plans.map(({ number }) => drawPlan(5, number, FAULTS))).toEqual(plans);
  });

  it("draws another plan from another seed or number", () => {
    const texts = [...plans, drawPlan(6, 0, FAULTS)].map(({ jobs, faults }) => JSON.stringify([jobs, faults]));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("gives each fault its turn", () => {
    const firsts = plans.map(({ faults }) => faults[0]?.fault);
    expect(new Set(firsts).size).toBe(FAULTS.length);
    expect(firsts.filter((name) => name === "browser-kill")).toHaveLength(3);
    expect(plansOf("browser-kill", 3, FAULTS).map((number) => plans[number]?.faults[0]?.fault)).toEqual(
      Array.from({ length: 3 }, () => "browser-kill"),
    );
  });

  it("has lists in every plan, and no id twice", () => {
    expect(plans.filter((plan) => plannedPages(plan) < 20)).toEqual([]);
    const ids = plans.flatMap(({ jobs }) => jobs.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("the messages of planned jobs", () => {
  it("are jobs, except where a plan says that they aren't", () => {
    const wrong = plans
      .flatMap(({ jobs }) => jobs)
      .filter(
        (job) => (takeIn(jobBody(job, HOST), strategies).kind === "rejected") !== (job.work.kind === "malformed"),
      );
    expect(wrong).toEqual([]);
  });
});

describe("the faults", () => {
  it("are at least twenty kinds, each with a name and a sentence of its own", () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    expect(FAULTS.filter(({ doc }) => !/^[A-Z].*\.$/u.test(doc))).toEqual([]);
  });

  it("are told by name, and an unknown one is refused", () => {
    expect(faultNamed("worker-kill").name).toBe("worker-kill");
    expect(() => faultNamed("worker-tickle")).toThrow(/no fault is called worker-tickle; there are .*worker-kill/u);
  });
});
