import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { FAULTS } from "../../chaos/faults/registry.ts";
import { plansOf } from "../../chaos/plan/draw-plan.ts";
import { runPlans, type PlanEnd } from "../../chaos/run-plans.ts";

const SEED = 4;
const CONTAINERS = 2;
/** Those that go through most of the fleet; `npm run chaos` runs all of them, and as many plans as one has time for. */
const BOUNDED = [
  "browser-kill",
  "renderer-kill",
  "worker-kill",
  "container-freeze",
  "page-late-loop",
  "dynamodb-lost-answer",
  "sqs-error",
  "malformed",
  "critical-storm",
] as const;

let plans: AsyncGenerator<PlanEnd>;

beforeAll(() => {
  plans = runPlans(
    SEED,
    BOUNDED.map((fault) => plansOf(fault, 1, FAULTS)[0] ?? 0),
    CONTAINERS,
  );
});

afterAll(async () => {
  await plans.return(undefined);
});

describe("a bounded part of the fault suite: every invariant holds", () => {
  it.each(BOUNDED)("under %s", async (fault) => {
    const { value } = (await plans.next()) as IteratorYieldResult<PlanEnd>;
    const { faults, violations } = value.report;
    expect(faults[0]).toMatchObject({ fault, hit: true });
    expect(violations).toEqual([]);
  });
});
