import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { asWorker } from "../../../functions/worker/outbound-guard.ts";
import { MembersStand } from "./members-stand.ts";
import { jobFor, strategyThat, type WorkerStand } from "./worker-stand.ts";

let members: MembersStand;
let stand: WorkerStand;
beforeEach(async () => {
  members = await MembersStand.start();
  stand = members.stand;
});
afterEach(() => stand.stop());

const ONE_SLOT = {
  SUBLET_MAX_SLOTS: "1",
  SUBLET_REFILL_MS: "60000",
  SUBLET_EXPRESS_POLL_MS: "50",
  SUBLET_REFILL_POLL_MS: "50",
  SUBLET_ORDERS_MS: "100",
};

const aMoment = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 20);
  });

/** `low` makes room for `urgent`, which runs until `until` says so; others run at once. */
function displacing(until: () => Promise<boolean>) {
  let sent = false;
  const strategy = strategyThat(async (run) => {
    if (run.input["name"] === "urgent") {
      while (!(await asWorker(until))) await aMoment();
      return "done";
    }
    if (run.input["name"] !== "low") return "done";
    for (let page = 1; ; page += 1) {
      if (!sent)
        await asWorker(() =>
          stand.send(jobFor(strategy, { id: "urgent", priority: "critical", input: { name: "urgent" } }), "express"),
        );
      sent = true;
      await aMoment();
      await run.checkpoint({ stage: "pages", cursor: page });
    }
  });
  return strategy;
}

/** An invocation's time, from the first look at it. */
function lasting(ms: number): () => number {
  let endMs: number | undefined;
  return () => {
    endMs ??= Date.now() + ms;
    return endMs - Date.now();
  };
}

describe("a job that waits for another slot", () => {
  it("leaves the line when an operator ends it: no slot is kept for it", async () => {
    let ordered = false;
    const strategy = displacing(async () => {
      if (!ordered) await stand.orders.kill({ job: "low", atMs: Date.now(), by: "ada" });
      ordered = true;
      return (await stand.leases.read("job#low"))?.state === "finished";
    });
    await stand.send(jobFor(strategy, { id: "low", priority: "low", input: { name: "low" } }));
    await stand.send(jobFor(strategy, { id: "later", priority: "low", input: { name: "later" } }));
    const { usage } = await stand.deliver(stand.container([strategy], ONE_SLOT), { max: 1 });
    const kinds = new Map((await stand.results()).map(({ id, kind }) => [id, kind]));
    expect(Object.fromEntries(kinds)).toEqual({ low: "killed", urgent: "completed", later: "completed" });
    expect(usage.givenBack).toEqual({});
  });

  it("goes elsewhere at once when the invocation nears its end, and no attempt is counted", async () => {
    const strategy = displacing(async () => (await stand.leases.read("job#low"))?.state === "released");
    await stand.send(
      jobFor(strategy, {
        id: "low",
        priority: "low",
        maxDurationMs: 600_000,
        estimatedDurationMs: 600_000,
        input: { name: "low" },
      }),
    );
    const environment = {
      ...ONE_SLOT,
      SUBLET_MOVE_MARGIN_MS: "18000",
      SUBLET_DRAIN_MARGIN_MS: "500",
      SUBLET_LONG_JOB_MS: "1000",
    };
    const { usage } = await stand.deliver(stand.container([strategy], environment), {
      remainingMs: lasting(20_000),
    });
    expect(await stand.results()).toMatchObject([{ id: "urgent", kind: "completed" }]);
    expect(usage.givenBack).toEqual({ preempted: 1 });
    expect(await stand.leases.read("job#low")).toMatchObject({ state: "released", attempts: 0 });
  });
});

describe("a job for which too little time is left", () => {
  it("isn't received again by the container that gave it back", async () => {
    const strategy = strategyThat(async (run) => {
      if (run.input["name"] === "long") return;
      await new Promise((resolve) => {
        setTimeout(resolve, 1_500);
      });
    });
    await stand.send(jobFor(strategy, { input: { name: "short" } }));
    await stand.send(jobFor(strategy, { input: { name: "long" }, estimatedDurationMs: 60_000 }));
    const environment = { SUBLET_REFILL_MS: "60000", SUBLET_REFILL_POLL_MS: "50" };
    const { usage } = await stand.deliver(stand.container([strategy], environment), { remainingMs: () => 50_000 });
    expect(usage.givenBack).toEqual({ "not-enough-time": 1 });
    expect(await stand.results()).toHaveLength(1);
  });
});

describe("a job that must run alone", () => {
  it("is known to have done so after a crash in place, should its container vanish next", async () => {
    let crashes = 0;
    const strategy = strategyThat(() => {
      if (crashes === 2) return Promise.resolve("well");
      crashes += 1;
      stand.browser.crash("browser", 2);
      return new Promise(() => {});
    });
    const job = jobFor(strategy);
    await stand.send(job);
    await stand.deliver(stand.container([strategy]));
    expect(await stand.results()).toMatchObject([{ kind: "completed" }]);
    const record = await stand.leases.read(`job#${job.id}`);
    expect(record?.history[0]).toMatchObject({ kind: "taken", running: 1, alone: true });
  });

  it("does so in a session too: it would take down one browser after the other else", async () => {
    await members.create({ name: "ada", policy: "exclusive" });
    await diedTwiceInCompany("suspect");
    let openPeak = 0;
    const strategy = strategyThat(async (run) => {
      for (let looks = 0; looks < 15; looks += 1) {
        if (run.input["name"] === "suspect") openPeak = Math.max(openPeak, stand.browser.open.size);
        await aMoment();
      }
    });
    await stand.send(jobFor(strategy, { input: { name: "other" } }));
    await stand.send(jobFor(strategy, { id: "suspect", session: "ada", input: { name: "suspect" } }));
    await stand.deliver(members.container({}, [strategy]));
    expect((await stand.results()).map(({ kind }) => kind)).toEqual(["completed", "completed"]);
    expect(openPeak).toBe(1);
    expect(await members.left("ada")).toMatchObject({ contexts: [], holders: [] });
  });
});

/** Nobody knows whose fault it was. */
async function diedTwiceInCompany(job: string): Promise<void> {
  const key = `job#${job}` as const;
  const owner = { container: "before", invocation: "i" };
  const taken = await stand.leases.take({ key, owner, durationMs: 60_000 }, Date.now());
  if (taken.kind !== "taken") throw new Error("nobody else has it");
  const { lease } = taken;
  const event = {
    kind: "recovered",
    fence: lease.fence,
    lost: "browser",
    detail: "died",
    neighbours: 2,
    repeatedMs: 0,
  };
  const history = ["one", "other"].map(
    (browser) => ({ ...event, kind: "recovered", lost: "browser", browser, atMs: Date.now() }) as const,
  );
  await stand.leases.release(lease, { reason: "preempted", countsAsAttempt: false, history }, Date.now());
}
