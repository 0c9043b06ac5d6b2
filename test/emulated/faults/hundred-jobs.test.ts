import { setTimeout as wait } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { FaultRule } from "../../../chaos/aws-proxy/fault-rule.ts";
import { SeededRandom } from "../../unit/core/session/schedules/seeded-random.ts";
import { WorkerStand, jobFor, strategyThat } from "../worker/worker-stand.ts";
import { startFaultyServices, type FaultyServices } from "./faulty-services.ts";

const JOBS = 100;
/** Long enough for the slowest machine: no lease may end for want of a processor. */
const LEASE_SECONDS = 60;

/** Every tenth request or so meets one of them. What is chosen for a run is drawn with its seed. */
function drawnRules(random: SeededRandom): FaultRule[] {
  const one = (fault: FaultRule["fault"]): FaultRule => ({ fault, probability: random.between(0, 4) / 100 });
  return [
    one({ kind: "throttle" }),
    one({ kind: "error", status: 500 }),
    one({ kind: "error", status: 503 }),
    one({ kind: "reset" }),
    one({ kind: "lost-answer" }),
    one({ kind: "cut-answer" }),
    one({ kind: "slow", beforeMs: random.between(0, 50), afterMs: random.between(0, 50) }),
    // And one outage that outlasts the SDK's retries, somewhere in the middle.
    { fault: { kind: "error", status: 500 }, operations: ["UpdateItem", "SendMessage"], probability: 0.05, times: 3 },
  ];
}

describe("a hundred jobs among faults", () => {
  let stand: WorkerStand;
  let services: FaultyServices;
  beforeEach(async () => {
    stand = await WorkerStand.start();
  });
  afterEach(async () => {
    await services.stop();
    await stand.stop();
  });

  test.each([1, 2])(
    "have one outcome each, act once on their site, and leave nothing behind: seed %i",
    async (seed) => {
      const random = new SeededRandom(seed);
      services = await startFaultyServices(stand, LEASE_SECONDS, () => random.next());
      const effects = new Map<string, number>();
      const strategy = strategyThat(async ({ input }) => {
        const id = String(input["id"]);
        await wait(1);
        effects.set(id, (effects.get(id) ?? 0) + 1);
        return id;
      });
      const jobs = Array.from({ length: JOBS }, (_, index) => {
        const id = `job-${seed}-${index}`;
        return jobFor(strategy, { id, input: { id } });
      });
      for (const job of jobs) await stand.send(job);
      services.setRules(drawnRules(random));
      const environment = {
        SUBLET_LEASE_MS: String(LEASE_SECONDS * 1_000),
        SUBLET_VISIBILITY_SECONDS: String(LEASE_SECONDS),
        SUBLET_RENEWAL_MS: String((LEASE_SECONDS * 1_000) / 3),
      };
      const containers = [1, 2].map(() => stand.container([strategy], environment, services));
      await Promise.all(
        containers.map(async (container) => {
          while ((await stand.depth("jobs")) > 0) await stand.deliver(container, { waitSeconds: 1 });
        }),
      );
      const results = await stand.results();
      const ids = jobs.map(({ id }) => id).toSorted();
      expect([...effects.keys()].toSorted()).toEqual(ids);
      expect([...effects].filter(([, times]) => times !== 1)).toEqual([]);
      expect([...new Set(results.map(({ id, fence, kind }) => `${id} ${kind} ${fence}`))].toSorted()).toEqual(
        ids.map((id) => `${id} completed 1`),
      );
      expect(await stand.depth("deadLetter")).toBe(0);
      const records = await stand.leases.readMany(jobs.map(({ id }) => `job#${id}` as const));
      expect(records.filter(({ state, attempts }) => state !== "finished" || attempts !== 1)).toEqual([]);
      expect(services.exchanges.filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(20);
    },
    300_000,
  );
});
