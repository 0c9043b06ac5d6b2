import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { StrategyRun } from "../../../functions/strategies/contract/define-strategy.ts";
import { asWorker } from "../../../functions/worker/outbound-guard.ts";
import { jobFor, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
beforeEach(async () => {
  stand = await WorkerStand.start();
});
afterEach(() => stand.stop());

const STEPS = 4;

/** Walks pages 1 to 4, each once, and says what it did. `at` is told of each page before it is left. */
function walker(at: (page: number, run: StrategyRun<unknown>) => Promise<void> | void) {
  const visited: string[] = [];
  const strategy = strategyThat(async (run) => {
    const from = (run.resume?.cursor as number | undefined) ?? 0;
    for (let page = from + 1; page <= STEPS; page += 1) {
      run.signal.throwIfAborted();
      await run.page.goto(`https://shop.example/${page}`);
      visited.push(`${JSON.stringify(run.input)} ${page}`);
      if (page < STEPS) await run.checkpoint({ stage: "pages", cursor: page });
      await at(page, run);
    }
    return { pages: STEPS };
  });
  return { strategy, visited };
}

const forEver = () => new Promise<never>(() => {});
const EACH = { SUBLET_CHECKPOINT: "navigation" };

describe("a browser that dies under its jobs", () => {
  it("costs none of them anything: each goes on from its checkpoint, in its slot and lease", async () => {
    let arrived = 0;
    const { strategy, visited } = walker(async (page) => {
      if (page !== 2 || arrived >= 3) return;
      arrived += 1;
      if (arrived === 3) stand.browser.crash("browser");
      await forEver();
    });
    const jobs = ["a", "b", "c"].map((name) => jobFor(strategy, { input: { name } }));
    for (const job of jobs) await stand.send(job);
    const { usage } = await stand.deliver(stand.container([strategy], EACH));
    const results = await stand.results();
    expect(results.map(({ kind, attempt, fence }) => ({ kind, attempt, fence }))).toEqual(
      Array.from({ length: 3 }, () => ({ kind: "completed", attempt: 1, fence: 1 })),
    );
    expect(results.map(({ timings }) => timings?.interruptions?.recovered)).toEqual([1, 1, 1]);
    // Nobody saw a page twice, and nobody missed one.
    expect(visited.toSorted()).toEqual(
      ["a", "b", "c"].flatMap((name) => [1, 2, 3, 4].map((page) => `{"name":"${name}"} ${page}`)),
    );
    expect(usage.durability.recovered).toEqual({ browser: 3, renderer: 0, memory: 0 });
    const record = await stand.leases.read(`job#${jobs[0]?.id ?? ""}`);
    expect(record?.history).toMatchObject([
      { kind: "taken", slots: 10 },
      { kind: "recovered", lost: "browser", neighbours: 3, detail: "the browser died" },
      { kind: "ended", outcome: "completed" },
    ]);
  });

  it("doesn't cost a job the cookies that it had", async () => {
    stand.browser.site = (url, cookies) => {
      if (url.pathname === "/2") cookies.set("basket", "full");
      return url.href;
    };
    let crashed = false;
    const { strategy } = walker(async (page) => {
      if (page !== 3 || crashed) return;
      crashed = true;
      stand.browser.crash("browser");
      await forEver();
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], EACH));
    expect(stand.browser.jars.map((jar) => jar.get("basket"))).toEqual(["full", "full"]);
    expect(await stand.results()).toMatchObject([{ kind: "completed" }]);
  });

  it("takes a job without a checkpoint back to its start", async () => {
    let runs = 0;
    const strategy = strategyThat(async () => {
      runs += 1;
      if (runs > 1) return "done";
      stand.browser.crash("browser");
      return forEver();
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy]));
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: "done", attempt: 1 }]);
    expect(runs).toBe(2);
  });

  it("is replaced for nobody whose lease is over: the history can't be written, and the job isn't run again", async () => {
    let runs = 0;
    const job = jobFor(strategyThat(() => Promise.resolve()));
    const strategy = strategyThat(async () => {
      runs += 1;
      await asWorker(async () => {
        const record = await stand.leases.read(`job#${job.id}`);
        if (record) await stand.leases.release(record, { reason: "taken away", countsAsAttempt: false }, Date.now());
      });
      stand.browser.crash("browser");
      return forEver();
    });
    await stand.send(job);
    const { usage } = await stand.deliver(stand.container([strategy]));
    expect(usage.outcomes).toMatchObject([{ kind: "lease-lost" }]);
    expect(runs).toBe(1);
  });
});

describe("a renderer that dies", () => {
  it("is given up when it does so again and again, and the attempt counts", async () => {
    let runs = 0;
    const strategy = strategyThat(() => {
      runs += 1;
      stand.browser.crash("renderer");
      return forEver();
    });
    await stand.send(jobFor(strategy, { attempts: 1 }));
    await stand.deliver(stand.container([strategy]));
    expect(runs).toBe(3);
    expect(await stand.results()).toMatchObject([
      { kind: "crashed", error: { name: "RendererCrashed", message: "the renderer died" } },
    ]);
  });
});

describe("a page that takes too much memory", () => {
  it("goes on without neighbours, and they go on without it", async () => {
    let evicted = false;
    const peaks: number[] = [];
    const large = strategyThat(async () => {
      peaks.push(stand.browser.open.size);
      if (evicted) return "alone";
      evicted = true;
      stand.browser.crash("memory", 2);
      return forEver();
    });
    await stand.send(jobFor(large));
    await stand.deliver(stand.container([large]));
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: "alone" }]);
    expect(peaks).toEqual([1, 1]);
    expect(stand.browser.requests).toHaveLength(2);
  });

  it("is too large for a container when it had one for itself", async () => {
    const large = strategyThat(() => {
      stand.browser.crash("memory", 1);
      return forEver();
    });
    await stand.send(jobFor(large));
    await stand.deliver(stand.container([large]));
    expect(await stand.results()).toMatchObject([{ kind: "failed", attempt: 1, error: { name: "OutOfMemory" } }]);
  });
});

describe("poison", () => {
  it("is put aside after two browsers, with its evidence, and never runs again", async () => {
    let runs = 0;
    const poison = strategyThat(() => {
      runs += 1;
      stand.browser.crash("browser");
      return forEver();
    });
    const job = jobFor(poison, { attempts: 10 });
    await stand.send(job);
    const container = stand.container([poison]);
    const { usage } = await stand.deliver(container);
    expect(runs).toBe(2);
    expect(usage.durability.poisoned).toBe(1);
    const [result] = await stand.results();
    expect(result).toMatchObject({ kind: "crashed", error: { name: "Poison" } });
    expect(result?.error?.message).toContain("2 browsers died");
    expect(result?.error?.message).toContain(container.id);
    expect(await stand.drain("deadLetter")).toHaveLength(1);
    await stand.send(job);
    expect((await stand.deliver(stand.container([poison]))).usage.duplicates).toBe(1);
    expect(runs).toBe(2);
  });

  it("doesn't stick to its neighbours: who was beside it twice runs alone, and ends well", async () => {
    const peaks: number[] = [];
    let waiting = 0;
    let crashes = 0;
    const bystander = strategyThat(async (run) => {
      if (crashes === 2) {
        peaks.push(stand.browser.open.size);
        return `${String(run.input["name"])} is innocent`;
      }
      waiting += 1;
      if (waiting === 2) {
        waiting = 0;
        crashes += 1;
        stand.browser.crash("browser", 2);
      }
      return forEver();
    });
    await stand.send(jobFor(bystander, { input: { name: "one" } }));
    await stand.send(jobFor(bystander, { input: { name: "other" } }));
    await stand.deliver(stand.container([bystander]));
    const results = await stand.results();
    expect(new Set(results.map(({ output }) => output))).toEqual(new Set(["one is innocent", "other is innocent"]));
    expect(peaks).toEqual([1, 1]);
  });

  it("is known by the containers that vanished under it", async () => {
    let runs = 0;
    const strategy = strategyThat(() => {
      runs += 1;
      return Promise.resolve();
    });
    const job = jobFor(strategy, { attempts: 10 });
    for (const [index, container] of ["gone-1", "gone-2"].entries()) {
      const circumstances = { invocation: "i", queuedMs: 0, receiveCount: 1, queue: "jobs", waitMs: 0 } as const;
      const numbers = { running: 1, slots: 1, boundBy: "cpu", waiting: 0, priority: "normal" };
      const owner = { container, invocation: "i" };
      const request = {
        key: `job#${job.id}`,
        owner,
        durationMs: 1,
        circumstances: { ...circumstances, ...numbers },
      } as const;
      expect((await stand.leases.take(request, Date.now() - 60_000 + index * 10_000)).kind).toBe("taken");
    }
    await stand.send(job);
    await stand.deliver(stand.container([strategy]));
    expect(runs).toBe(0);
    expect(await stand.results()).toMatchObject([{ kind: "crashed", error: { name: "Poison" } }]);
  });
});
