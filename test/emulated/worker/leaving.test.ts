import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { StrategyRun } from "../../../functions/strategies/contract/define-strategy.ts";
import { asWorker } from "../../../functions/worker/outbound-guard.ts";
import { jobFor, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
beforeEach(async () => {
  stand = await WorkerStand.start();
});
afterEach(() => stand.stop());

/** Counts up to `input.to`, a page at a time, as often as it is let. */
function counter(at: (page: number, run: StrategyRun<Record<string, unknown>>) => Promise<unknown> = async () => {}) {
  const pages: string[] = [];
  const strategy = strategyThat(async (run) => {
    const to = Number(run.input["to"]);
    for (let page = Number(run.resume?.cursor ?? 0) + 1; page <= to; page += 1) {
      await at(page, run);
      run.signal.throwIfAborted();
      pages.push(`${String(run.input["name"])} ${page}`);
      if (page < to) await run.checkpoint({ stage: "pages", cursor: page });
    }
    return { to };
  });
  return { strategy, pages };
}

const range = (name: string, to: number) => Array.from({ length: to }, (_, index) => `${name} ${index + 1}`);

/** An invocation's time, from the first look at it. */
function lasting(ms: number): () => number {
  let endMs: number | undefined;
  return () => {
    endMs ??= Date.now() + ms;
    return endMs - Date.now();
  };
}

describe("an invocation that nears its end", () => {
  it("can't be seen from outside: a long job goes from container to container, each page once", async () => {
    const invocations: number[] = [];
    const pages: number[] = [];
    // As long as three invocations and a bit, however fast they are.
    const strategy = strategyThat(async (run) => {
      let page = Number(run.resume?.cursor ?? 0);
      do {
        await new Promise((resolve) => {
          setTimeout(resolve, 10);
        });
        run.signal.throwIfAborted();
        page += 1;
        pages.push(page);
        await run.checkpoint({ stage: "pages", cursor: page });
      } while (invocations.length < 4);
      return page;
    });
    const job = jobFor(strategy, { maxDurationMs: 6 * 3_600_000, estimatedDurationMs: 40 * 60_000 });
    await stand.send(job);
    const environment = {
      SUBLET_MOVE_MARGIN_MS: "5500",
      SUBLET_DRAIN_MARGIN_MS: "500",
      SUBLET_LONG_JOB_MS: "1000",
    };
    const ids = new Set<string | undefined>();
    while ((await stand.depth("jobs")) > 0) {
      const remainingMs = lasting(6_000);
      invocations.push(remainingMs());
      await stand.deliver(stand.container([strategy], environment), { remainingMs, waitSeconds: 5 });
      ids.add((await stand.leases.read(`job#${job.id}`))?.id);
    }
    const [result, ...more] = await stand.results();
    expect(more).toEqual([]);
    expect(result).toMatchObject({ kind: "completed", attempt: 1, fence: 4, output: pages.length });
    expect(result?.timings?.interruptions).toMatchObject({ moved: 3, repeatedMs: 0 });
    expect(ids.size).toBe(1);
    expect(pages).toEqual(Array.from({ length: pages.length }, (_, index) => index + 1));
  });

  it("lets a job be that will be done in time", async () => {
    const { strategy, pages } = counter();
    await stand.send(jobFor(strategy, { input: { name: "short", to: 3 }, estimatedDurationMs: 1_000 }));
    const environment = { SUBLET_MOVE_MARGIN_MS: "90000", SUBLET_DRAIN_MARGIN_MS: "500" };
    await stand.deliver(stand.container([strategy], environment), { remainingMs: () => 30_000 });
    expect(await stand.results()).toMatchObject([{ kind: "completed", fence: 1 }]);
    expect(pages).toEqual(range("short", 3));
  });

  it("counts the time that a job has worked in all of them against its limit", async () => {
    const { strategy } = counter(async (page, run) => {
      if (page > 1)
        await new Promise((_, reject) =>
          run.signal.addEventListener("abort", () => reject(run.signal.reason as Error)),
        );
    });
    const job = jobFor(strategy, {
      input: { name: "slow", to: 2 },
      maxDurationMs: 2_000,
      estimatedDurationMs: 2_000,
      attempts: 1,
    });
    await stand.send(job);
    const environment = { SUBLET_MOVE_MARGIN_MS: "1400", SUBLET_DRAIN_MARGIN_MS: "500", SUBLET_LONG_JOB_MS: "1000" };
    await stand.deliver(stand.container([strategy], environment), { remainingMs: lasting(1_900) });
    expect(await stand.results()).toEqual([]);
    await stand.deliver(stand.container([strategy]), { waitSeconds: 5 });
    const [result] = await stand.results();
    expect(result).toMatchObject({ kind: "timed-out", attempt: 1, fence: 2, error: { name: "TimedOut" } });
  });
});

describe("critical work", () => {
  const TWO_SLOTS = {
    SUBLET_MAX_SLOTS: "2",
    SUBLET_REFILL_MS: "60000",
    SUBLET_EXPRESS_POLL_MS: "50",
    SUBLET_REFILL_POLL_MS: "50",
  };

  it("takes the slot of the lowest job, which loses nothing and keeps its place", async () => {
    const order: string[] = [];
    let release = () => {};
    const urgentDone = new Promise<void>((resolve) => {
      release = resolve;
    });
    const started = new Set<string>();
    const { strategy, pages } = counter(async (page, run) => {
      const name = String(run.input["name"]);
      order.push(`${name} ${page}`);
      started.add(name);
      if (name === "urgent") return release();
      if (
        page === 2 &&
        started.has("low") &&
        started.has("normal") &&
        order.filter((one) => one.endsWith(" 2")).length === 2
      ) {
        await asWorker(() =>
          stand.send(
            jobFor(strategy, { id: "urgent", priority: "critical", input: { name: "urgent", to: 1 } }),
            "express",
          ),
        );
      }
      // The normal one stays where it is until the critical one has run; the low one goes on, and so comes to a checkpoint.
      if (name === "normal" && page === 2) await urgentDone;
      if (name === "low" && page > 1 && !started.has("urgent"))
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
    });
    await stand.send(jobFor(strategy, { id: "normal", priority: "normal", input: { name: "normal", to: 3 } }));
    await stand.send(jobFor(strategy, { id: "low", priority: "low", input: { name: "low", to: 60 } }));
    await stand.send(jobFor(strategy, { id: "later", priority: "low", input: { name: "later", to: 1 } }));
    const { usage } = await stand.deliver(stand.container([strategy], TWO_SLOTS), { max: 2 });
    const results = new Map((await stand.results()).map((result) => [result.id, result]));
    expect([...results.values()].map(({ kind }) => kind)).toEqual(["completed", "completed", "completed", "completed"]);
    expect(results.get("low")?.timings?.interruptions).toMatchObject({ displaced: 1, repeatedMs: 0 });
    expect(results.get("normal")?.timings?.interruptions).toBeUndefined();
    expect(results.get("low")).toMatchObject({ attempt: 1, fence: 1 });
    expect(pages.filter((page) => page.startsWith("low "))).toEqual(range("low", 60));
    expect(usage.durability.displaced).toBe(1);
    const { history = [] } = (await stand.leases.read("job#low")) ?? {};
    expect(history).toMatchObject([{ kind: "taken" }, { kind: "displaced", by: "urgent" }, { kind: "ended" }]);
  });

  it("is heard of while a job that made room waits for its next slot", async () => {
    const running = new Set<string>();
    const both = Promise.withResolvers<void>();
    let sent = false;
    const { strategy } = counter(async (_, run) => {
      const name = String(run.input["name"]);
      if (name.startsWith("urgent")) {
        running.add(name);
        if (running.size === 2) both.resolve();
        return both.promise;
      }
      if (!sent) {
        sent = true;
        for (const urgent of ["urgent-1", "urgent-2"]) {
          const job = jobFor(strategy, { priority: "critical", input: { name: urgent, to: 1 } });
          await asWorker(() => stand.send(job, "express"));
        }
      }
      // They don't come to their end before.
      if (running.size < 2)
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
    });
    for (const name of ["one", "other"])
      await stand.send(jobFor(strategy, { priority: "low", input: { name, to: 2_000 } }));
    await stand.deliver(stand.container([strategy], TWO_SLOTS));
    expect((await stand.results()).map(({ kind }) => kind)).toEqual(Array.from({ length: 4 }, () => "completed"));
  });

  it("doesn't wait for a job that comes to no checkpoint: it goes back to its last one", async () => {
    let urgentRan = false;
    let stuck = 0;
    const { strategy, pages } = counter(async (page, run) => {
      if (run.input["name"] === "urgent") urgentRan = true;
      else if (page === 3 && !urgentRan) {
        stuck += 1;
        await asWorker(() =>
          stand.send(jobFor(strategy, { priority: "critical", input: { name: "urgent", to: 1 } }), "express"),
        );
        await new Promise(() => {});
      }
    });
    await stand.send(jobFor(strategy, { id: "stuck", input: { name: "stuck", to: 4 } }));
    const environment = {
      ...TWO_SLOTS,
      SUBLET_MAX_SLOTS: "1",
      SUBLET_PREEMPTION_GRACE_MS: "100",
      SUBLET_CHECKPOINT_INTERVAL_MS: "0",
    };
    await stand.deliver(stand.container([strategy], environment));
    const results = await stand.results();
    expect(results.map(({ kind }) => kind)).toEqual(["completed", "completed"]);
    expect(stuck).toBe(1);
    expect(pages.filter((page) => page.startsWith("stuck "))).toEqual(range("stuck", 4));
    const interruptions = results.find(({ id }) => id === "stuck")?.timings?.interruptions;
    expect(interruptions?.displaced).toBe(1);
    expect(interruptions?.repeatedMs).toBeGreaterThan(0);
  });

  it("displaces a job twice, and the third time lets it end", async () => {
    const order: string[] = [];
    let sent = 0;
    const { strategy } = counter(async (page, run) => {
      const name = String(run.input["name"]);
      order.push(name === "patient" ? `patient ${page}` : name);
      if (name !== "patient" || page % 2 !== 0 || sent >= 3) return;
      sent += 1;
      await asWorker(() =>
        stand.send(jobFor(strategy, { priority: "critical", input: { name: `urgent-${sent}`, to: 1 } }), "express"),
      );
      // Until it is asked to go, or it is plain that nobody will.
      for (let looks = 0; looks < 40; looks += 1) {
        await new Promise((resolve) => {
          setTimeout(resolve, 10);
        });
        await run.checkpoint({ stage: "pages", cursor: page - 1 });
      }
    });
    await stand.send(jobFor(strategy, { id: "patient", input: { name: "patient", to: 8 } }));
    await stand.deliver(stand.container([strategy], { ...TWO_SLOTS, SUBLET_MAX_SLOTS: "1" }));
    const results = await stand.results();
    expect(results).toHaveLength(4);
    expect(results.find(({ id }) => id === "patient")?.timings?.interruptions?.displaced).toBe(2);
    expect(order.indexOf("urgent-3")).toBeGreaterThan(order.lastIndexOf("patient 8"));
  });
});

describe("an operator's order", () => {
  it("ends a job that runs, for good, and no other", async () => {
    const { strategy } = counter(async (page, run) => {
      if (run.input["name"] !== "condemned" || page < 2) return;
      await asWorker(() => stand.orders.kill({ job: "condemned", atMs: Date.now(), by: "ada" }));
      await new Promise(() => {});
    });
    await stand.send(jobFor(strategy, { id: "condemned", input: { name: "condemned", to: 5 } }));
    await stand.send(jobFor(strategy, { id: "other", input: { name: "other", to: 2 } }));
    const { usage } = await stand.deliver(stand.container([strategy], { SUBLET_ORDERS_MS: "100" }));
    const results = new Map((await stand.results()).map((result) => [result.id, result]));
    expect(results.get("condemned")).toMatchObject({
      kind: "killed",
      error: { name: "Killed", message: "ended by ada" },
    });
    expect(results.get("other")).toMatchObject({ kind: "completed" });
    expect(await stand.depth("jobs")).toBe(0);
    expect(usage.durability.killed).toBe(1);
  });

  it("means a job that moves to another container meanwhile, and none that waits in its queue", async () => {
    const { strategy } = counter(async (page, run) => {
      if (page > 3)
        await new Promise((_, reject) =>
          run.signal.addEventListener("abort", () => reject(run.signal.reason as Error)),
        );
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    });
    const moves = { SUBLET_MOVE_MARGIN_MS: "4900", SUBLET_DRAIN_MARGIN_MS: "500", SUBLET_LONG_JOB_MS: "1000" };
    const times = { maxDurationMs: 600_000, estimatedDurationMs: 600_000 };
    await stand.send(jobFor(strategy, { id: "moving", input: { name: "moving", to: 60 }, ...times }));
    await stand.deliver(stand.container([strategy], moves), { remainingMs: lasting(5_000) });
    expect(await stand.leases.read("job#moving")).toMatchObject({ state: "released", releaseReason: "out-of-time" });
    await stand.orders.killAll(Date.now(), "ada");
    await stand.send(jobFor(strategy, { id: "waiting", input: { name: "waiting", to: 2 } }));
    await stand.deliver(stand.container([strategy], { SUBLET_ORDERS_MS: "100" }), { waitSeconds: 5 });
    const results = new Map((await stand.results()).map((result) => [result.id, result.kind]));
    expect(Object.fromEntries(results)).toEqual({ moving: "killed", waiting: "completed" });
  });
});
