import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { PermanentFailure } from "../../../functions/core/job/failures.ts";
import type { JobQueue } from "../../../functions/core/job/job-queue.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../../../functions/core/lease/lease-rules.ts";
import { jobFor, QUIET, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
beforeEach(async () => {
  stand = await WorkerStand.start();
});
afterEach(() => stand.stop());

/** A strategy that waits until the test lets it go. */
function held() {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const strategy = strategyThat(async () => {
    runs += 1;
    started.resolve();
    await gate.promise;
    return "done";
  });
  return { strategy, started: started.promise, letGo: gate.resolve, runs: () => runs };
}

/** The queue, but that one call does something else when `instead` answers. */
function overriding(
  queue: JobQueue,
  call: keyof JobQueue,
  instead: (...args: unknown[]) => Promise<unknown> | undefined,
): JobQueue {
  return new Proxy(queue, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown =>
        (name === call ? instead(...args) : undefined) ?? Reflect.apply(value, target, args);
    },
  });
}

describe("messages delivered more than once", () => {
  it("runs a job that was sent twice once, and publishes one result", async () => {
    const { strategy, letGo, runs } = held();
    letGo();
    const job = jobFor(strategy);
    const container = stand.container([strategy]);
    await stand.send(job);
    await stand.deliver(container);
    await stand.send(job);
    const { response, usage } = await stand.deliver(container);
    expect(response.batchItemFailures).toEqual([]);
    expect(usage.duplicates).toBe(1);
    expect(runs()).toBe(1);
    expect(await stand.results()).toHaveLength(1);
    expect(await stand.depth("jobs")).toBe(0);
  });

  it("gives the second message back while the first one runs in the same container", async () => {
    const { strategy, started, letGo, runs } = held();
    const job = jobFor(strategy);
    await stand.send(job);
    await stand.send(job);
    const delivered = stand.deliver(stand.container([strategy]));
    await started;
    letGo();
    const { usage, response } = await delivered;
    expect(usage.givenBack).toEqual({ "duplicate-running": 1 });
    expect(response.batchItemFailures).toHaveLength(1);
    expect(runs()).toBe(1);
  });

  it("runs a job in one container at a time", async () => {
    const { strategy, started, letGo, runs } = held();
    const job = jobFor(strategy);
    await stand.send(job);
    const first = stand.deliver(stand.container([strategy]));
    await started;
    await stand.send(job);
    const second = await stand.deliver(stand.container([strategy]));
    expect(second.usage.givenBack).toEqual({ "held-elsewhere": 1 });
    letGo();
    await first;
    expect(runs()).toBe(1);
    expect(await stand.results()).toHaveLength(1);
  });

  it("publishes again where the container died between ending the job and publishing, and doesn't run it again", async () => {
    const { strategy, letGo, runs } = held();
    letGo();
    await stand.send(jobFor(strategy));
    let broken = true;
    const queue = overriding(stand.queue, "publish", () =>
      broken ? Promise.reject(new Error("died here")) : undefined,
    );
    await stand.deliver(stand.container([strategy], {}, { queue }));
    expect(await stand.results()).toEqual([]);
    broken = false;
    const again = await stand.deliver(stand.container([strategy], {}, { queue }), { waitSeconds: 15 });
    expect(again.usage.duplicates).toBe(1);
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: "done" }]);
    expect(runs()).toBe(1);
  });
});

describe("a container that dies before it has told of a failure", () => {
  it("leaves it to the next delivery to publish and to keep a copy", async () => {
    const failing = strategyThat(() => Promise.reject(new PermanentFailure("AssertionFailed", "no price")));
    await stand.send(jobFor(failing));
    let broken = true;
    const queue = overriding(stand.queue, "deadLetter", () =>
      broken ? Promise.reject(new Error("died here")) : undefined,
    );
    await stand.deliver(stand.container([failing], {}, { queue }));
    expect(await stand.depth("deadLetter")).toBe(0);
    broken = false;
    await stand.deliver(stand.container([failing], {}, { queue }), { waitSeconds: 15 });
    expect(await stand.depth("deadLetter")).toBe(1);
    expect(await stand.depth("jobs")).toBe(0);
  });
});

describe("a container that lost its lease", () => {
  it("writes nothing, publishes nothing and deletes nothing", async () => {
    const { strategy, started, letGo } = held();
    const job = jobFor(strategy);
    await stand.send(job);
    const late = stand.deliver(stand.container([strategy]));
    await started;
    const owner = { container: "another", invocation: "another" };
    const after = Date.now() + 60_000 + CLOCK_SKEW_MARGIN_MS + 1_000;
    const take = await stand.leases.take({ key: `job#${job.id}`, owner, durationMs: 60_000 }, after);
    expect(take).toMatchObject({ kind: "taken", lease: { fence: 2, attempt: 2 } });
    letGo();
    const { usage, response } = await late;
    expect(usage.fencedOut).toBe(1);
    expect(response.batchItemFailures).toHaveLength(1);
    expect(await stand.results()).toEqual([]);
    expect(await stand.depth("jobs")).toBe(1);
    expect(await stand.leases.read(`job#${job.id}`)).toMatchObject({ state: "held", fence: 2, owner });
  });

  it("is stopped by the next heartbeat, not only at its end", async () => {
    const { strategy, started } = held();
    const job = jobFor(strategy);
    await stand.send(job);
    const late = stand.deliver(stand.container([strategy], { SUBLET_RENEWAL_MS: "200" }));
    await started;
    const owner = { container: "another", invocation: "another" };
    await stand.leases.take({ key: `job#${job.id}`, owner, durationMs: 60_000 }, Date.now() + 120_000);
    const { usage } = await late;
    expect(usage.outcomes).toEqual([{ jobClass: "extraction", kind: "lease-lost", count: 1 }]);
  });

  it("has the job's attempts ended by the next one, when containers keep dying under it", async () => {
    const { strategy, letGo, runs } = held();
    letGo();
    const job = jobFor(strategy, { attempts: 2 });
    for (const round of [1, 2]) {
      const owner = { container: `dead-${round}`, invocation: "x" };
      await stand.leases.take({ key: `job#${job.id}`, owner, durationMs: 1 }, Date.now() - 20_000 + round * 5_000);
    }
    await stand.send(job);
    await stand.deliver(stand.container([strategy]));
    expect(runs()).toBe(0);
    expect(await stand.results()).toMatchObject([{ kind: "crashed", attempt: 3 }]);
  });
});

describe("messages of a container that dies", () => {
  it("are back after the visibility that the heartbeat gave them, not after the queue's own", async () => {
    const { strategy, started, letGo } = held();
    await stand.send(jobFor(strategy));
    // Beats once, as it starts, and never again: what is left of a container that dies.
    const settings = { SUBLET_VISIBILITY_SECONDS: "2", SUBLET_RENEWAL_MS: "120000" };
    const dying = stand.deliver(stand.container([strategy], settings), { visibilitySeconds: 5_400 });
    await started;
    const back = await stand.sqs.send(new ReceiveMessageCommand({ QueueUrl: stand.urls.jobs, WaitTimeSeconds: 10 }));
    expect(back.Messages).toHaveLength(1);
    letGo();
    await dying;
  });
});

describe("a message that is given back at once", () => {
  it("is visible again soon, though the round that hides the batch is still under way", async () => {
    const { strategy, started, letGo } = held();
    await stand.send(jobFor(strategy));
    await stand.send(jobFor(strategy, { noWait: true }));
    const refused = Promise.withResolvers<void>();
    const queue = overriding(stand.queue, "extend", (...args) =>
      // The round reaches SQS only after the refusal.
      refused.promise.then(() => stand.queue.extend(...(args as Parameters<JobQueue["extend"]>))),
    );
    const log = { ...QUIET, info: (message: string) => message === "no slot for a job" && refused.resolve() };
    const delivered = stand.deliver(stand.container([strategy], { SUBLET_MAX_SLOTS: "1" }, { queue, log }));
    await started;
    const again = await stand.sqs.send(new ReceiveMessageCommand({ QueueUrl: stand.urls.jobs, WaitTimeSeconds: 10 }));
    expect(again.Messages).toHaveLength(1);
    letGo();
    await delivered;
  });
});

describe("slots", () => {
  it("takes further messages itself while it has room, express first, and keeps within its slots", async () => {
    const order: string[] = [];
    const strategy = strategyThat((run) => {
      order.push(String(run.input["name"]));
      return Promise.resolve(1);
    });
    await stand.send(jobFor(strategy, { input: { name: "first" } }));
    const container = stand.container([strategy], { SUBLET_REFILL_MS: "60000", SUBLET_MAX_SLOTS: "2" });
    for (let i = 0; i < 24; i += 1) await stand.send(jobFor(strategy, { input: { name: "normal" } }));
    for (let i = 0; i < 3; i += 1) {
      await stand.send(jobFor(strategy, { priority: "high", input: { name: "express" } }), "express");
    }
    const { usage } = await stand.deliver(container, { max: 1 });
    expect(await stand.results()).toHaveLength(28);
    expect(usage.refilledJobs).toBe(27);
    expect(stand.browser.openPeak).toBeLessThanOrEqual(2);
    expect(order.lastIndexOf("express")).toBeLessThan(6);
    expect(await stand.depth("jobs")).toBe(0);
    expect(await stand.depth("express")).toBe(0);
  });

  it("are given to nobody while /tmp is full", async () => {
    const strategy = strategyThat(() => Promise.resolve(1));
    await stand.send(jobFor(strategy));
    stand.browser.hasTempRoom = false;
    const { usage } = await stand.deliver(stand.container([strategy]));
    expect(usage.givenBack).toEqual({ "no-temp-room": 1 });
    expect(await stand.depth("jobs")).toBe(1);
  });

  it("takes no more when the fleet is drained, and finishes what it has", async () => {
    const strategy = strategyThat(() => Promise.resolve(1));
    for (let i = 0; i < 6; i += 1) await stand.send(jobFor(strategy));
    await stand.orders.drain(Date.now());
    const container = stand.container([strategy], { SUBLET_REFILL_MS: "60000", SUBLET_MAX_SLOTS: "2" });
    const { usage } = await stand.deliver(container, { max: 2 });
    expect(usage.refilledJobs).toBe(0);
    expect(await stand.results()).toHaveLength(2);
    expect(await stand.depth("jobs")).toBe(4);
  });

  it("starts the higher priority first within a batch", async () => {
    const order: string[] = [];
    const strategy = strategyThat((run) => {
      order.push(String(run.input["name"]));
      return Promise.resolve(1);
    });
    for (const priority of ["low", "normal", "high", "critical"] as const) {
      await stand.send(jobFor(strategy, { priority, input: { name: priority } }));
    }
    await stand.deliver(stand.container([strategy], { SUBLET_MAX_SLOTS: "1" }));
    expect(order.slice(1)).toEqual(["critical", "high", "normal", "low"].filter((name) => name !== order[0]));
  });

  it("answers noWait and a full queue at once, and gives the messages back", async () => {
    const { strategy, started, letGo } = held();
    for (let i = 0; i < 3; i += 1) await stand.send(jobFor(strategy, { noWait: i === 1 }));
    const settings = { SUBLET_MAX_SLOTS: "1", SUBLET_QUEUE_LIMIT: "0" };
    const delivered = stand.deliver(stand.container([strategy], settings));
    await started;
    letGo();
    const { usage, response } = await delivered;
    expect(usage.givenBack).toEqual({ "no-slot": 1, "queue-full": 1 });
    expect(response.batchItemFailures).toHaveLength(2);
    expect(await stand.depth("jobs")).toBe(2);
  });
});
