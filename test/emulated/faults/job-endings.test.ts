import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Fault } from "../../../chaos/aws-proxy/fault-rule.ts";
import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";
import { WorkerStand, jobFor, strategyThat } from "../worker/worker-stand.ts";
import { startFaultyServices, type FaultyServices } from "./faulty-services.ts";

/** More than a client's four attempts, several times over. */
const LASTING = 14;

describe("what a finished job still has to do", () => {
  let stand: WorkerStand;
  let services: FaultyServices;
  let runs: number;
  beforeEach(async () => {
    stand = await WorkerStand.start();
    services = await startFaultyServices(stand, 60);
    runs = 0;
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await services.stop();
    await stand.stop();
  });

  const counting = (then: () => void = () => {}) =>
    strategyThat(() => {
      runs += 1;
      then();
      return Promise.resolve("done");
    });

  /** Pauses take no time from here on. */
  function hurry(): void {
    vi.spyOn(Math, "random").mockReturnValue(0);
  }

  const LASTING_FAULTS: readonly { readonly at: string; readonly fault: Fault }[] = [
    { at: "UpdateItem", fault: { kind: "throttle" } },
    { at: "UpdateItem", fault: { kind: "error", status: 500 } },
    { at: "UpdateItem", fault: { kind: "lost-answer" } },
    { at: "SendMessage", fault: { kind: "throttle" } },
    { at: "SendMessage", fault: { kind: "error", status: 503 } },
    { at: "DeleteMessage", fault: { kind: "reset" } },
    { at: "DeleteMessage", fault: { kind: "lost-answer" } },
  ];

  test.each(LASTING_FAULTS)(
    "is done though $at meets $fault.kind for longer than the SDK has patience",
    async ({ at, fault }) => {
      hurry();
      const strategy = counting(() => services.setRules([{ operations: [at], times: LASTING, fault }]));
      await stand.send(jobFor(strategy));
      const { response } = await stand.deliver(stand.container([strategy], {}, services));
      expect(response).toEqual({ batchItemFailures: [] });
      expect(services.exchanges.filter((exchange) => exchange.fault !== undefined)).toHaveLength(LASTING);
      expect(runs).toBe(1);
      expect(await stand.results()).toMatchObject([{ kind: "completed", fence: 1, attempt: 1 }]);
      expect(await stand.depth("jobs")).toBe(0);
    },
    60_000,
  );

  test("is told more than once where answers are lost, each time with the same id and fence", async () => {
    hurry();
    const strategy = counting(() =>
      services.setRules([{ operations: ["SendMessage"], times: 3, fault: { kind: "lost-answer" } }]),
    );
    await stand.send(jobFor(strategy, { id: "told" }));
    await stand.deliver(stand.container([strategy], {}, services));
    const results = await stand.results();
    expect(results).toHaveLength(4);
    expect(new Set(results.map(({ id, fence }) => `${id} ${fence}`))).toEqual(new Set(["told 1"]));
  });

  test("is done though answers come after the request's time-out", async () => {
    const strategy = counting(() =>
      services.setRules([
        { operations: ["UpdateItem", "DeleteMessage"], times: 2, fault: { kind: "slow", afterMs: 10_000 } },
      ]),
    );
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], {}, services));
    expect([runs, (await stand.results()).length, await stand.depth("jobs")]).toEqual([1, 1, 0]);
  }, 60_000);

  test("twin: without insisting the job runs again", async () => {
    hurry();
    const strategy = counting(() =>
      services.setRules([{ operations: ["UpdateItem"], times: 4, fault: { kind: "throttle" } }]),
    );
    await stand.send(jobFor(strategy, { attempts: 3 }));
    const container = stand.container(
      [strategy],
      { SUBLET_LEASE_MS: "1000", SUBLET_RENEWAL_MS: "300" },
      {
        ...services,
        leases: notInsistedOn(services.leases),
      },
    );
    do await stand.deliver(container, { waitSeconds: 5 });
    while ((await stand.depth("jobs")) > 0);
    // How often depends on how many of the throttles the renewals get.
    expect(runs).toBeGreaterThan(1);
  }, 60_000);
});

/** Its failures are none that anybody insists after. */
function notInsistedOn(leases: LeaseStore): LeaseStore {
  return new Proxy(leases, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      return async (...given: unknown[]) => {
        try {
          return (await method.apply(target, given)) as unknown;
        } catch (error) {
          throw error instanceof StoreUnavailable ? new Error("not worth another try", { cause: error }) : error;
        }
      };
    },
  });
}
