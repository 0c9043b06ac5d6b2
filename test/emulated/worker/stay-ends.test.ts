import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";
import { asWorker } from "../../../functions/worker/outbound-guard.ts";
import { withCalls } from "./members-stand.ts";
import { jobFor, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
beforeEach(async () => {
  stand = await WorkerStand.start();
});
afterEach(() => stand.stop());

const EACH = { SUBLET_CHECKPOINT: "navigation" };
const forEver = () => new Promise<never>(() => {});

type Write = LeaseStore["checkpoint"];

/** Leases whose checkpoints the test lets wait, or fail; and the stages that were tried. */
function writing(checkpoint: (write: () => ReturnType<Write>, stage: string) => ReturnType<Write>) {
  const stages: string[] = [];
  const leases: LeaseStore = withCalls(stand.leases, {
    checkpoint: async (...args: Parameters<Write>) => {
      stages.push(args[1].stage);
      return checkpoint(() => stand.leases.checkpoint(...args), args[1].stage);
    },
  });
  return { leases, stages };
}

describe("a strategy whose context was lost, and that goes on in the background", () => {
  it("reports nothing into the place that the job works in by then", async () => {
    const held = Promise.withResolvers<void>();
    const underWay = Promise.withResolvers<void>();
    const { leases, stages } = writing(async (write, stage) => {
      underWay.resolve();
      if (stage === "one") await held.promise;
      return write();
    });
    let stays = 0;
    const strategy = strategyThat(async (run) => {
      stays += 1;
      if (stays === 1) {
        void run.checkpoint({ stage: "one", cursor: 1 }).catch(() => {});
        void run.checkpoint({ stage: "two", cursor: 2 }).catch(() => {});
        await underWay.promise;
        stand.browser.crash("browser");
        return forEver();
      }
      held.resolve();
      await run.checkpoint({ stage: "three", cursor: 3 });
      return run.resume;
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], EACH, { leases }));
    expect(await stand.results()).toMatchObject([{ kind: "completed", attempt: 1 }]);
    expect(stages).toEqual(["one", "three"]);
  });

  it("leaves what it was writing at that moment: that is where the job goes on, cursor and cookies alike", async () => {
    stand.browser.site = (url, cookies) => {
      cookies.set("basket", url.pathname);
      return url.href;
    };
    const { leases, stages } = writing(async (write) => {
      if (stages.length === 1) {
        stand.browser.crash("browser");
        await new Promise((resolve) => {
          setTimeout(resolve, 100);
        });
      }
      return write();
    });
    const strategy = strategyThat(async (run) => {
      if (run.resume !== undefined) return { resume: run.resume };
      await run.page.goto("https://shop.example/1");
      await run.checkpoint({ stage: "pages", cursor: 1 });
      return forEver();
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], EACH, { leases }));
    expect(await stand.results()).toMatchObject([{ output: { resume: { stage: "pages", cursor: 1 } } }]);
    expect(stand.browser.jars.at(-1)?.get("basket")).toBe("/1");
  });

  it("names no file that it wrote too late", async () => {
    const late = Promise.withResolvers<void>();
    const container = stand.container([]);
    const { artifacts } = container;
    const put: typeof artifacts.put = async (...args) => {
      const written = await artifacts.put(...args);
      if (args[1] === "late.txt") await late.promise;
      return written;
    };
    let stays = 0;
    const strategy = strategyThat(async (run) => {
      stays += 1;
      if (stays === 1) {
        await run.artifact("again.txt", "text/plain", Buffer.from("first"));
        void run.artifact("late.txt", "text/plain", Buffer.from("late")).catch(() => {});
        stand.browser.crash("browser");
        return forEver();
      }
      late.resolve();
      await run.artifact("again.txt", "text/plain", Buffer.from("second!"));
      return "done";
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], {}, { artifacts: withCalls(artifacts, { put }) }));
    const [result] = await stand.results();
    expect(result?.artifacts).toMatchObject([{ name: "again.txt", bytes: 7 }]);
  });
});

describe("a context that is lost while a checkpoint is taken", () => {
  it("isn't written down: what was read of it may be the half", async () => {
    let crashed = false;
    stand.browser.outlives = true;
    stand.browser.before = (call) => {
      if (call !== "readState" || crashed) return;
      crashed = true;
      stand.browser.crash("renderer");
    };
    const { leases, stages } = writing((write) => write());
    const strategy = strategyThat(async (run) => {
      await run.checkpoint({ stage: run.resume === undefined && crashed ? "second" : "first", cursor: 1 });
      return crashed ? (run.resume ?? "from the start") : forEver();
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], EACH, { leases }));
    expect(await stand.results()).toMatchObject([{ output: "from the start", attempt: 1 }]);
    expect(stages).toEqual(["second"]);
  });

  it("doesn't count an attempt where the next context is lost too, while the state is put back", async () => {
    stand.browser.site = (url, cookies) => {
      cookies.set("basket", "full");
      return url.href;
    };
    let crashes = 0;
    stand.browser.before = (call) => {
      if (call !== "applyState" || crashes > 1) return;
      crashes += 1;
      stand.browser.crash("renderer");
    };
    const strategy = strategyThat(async (run) => {
      if (run.resume !== undefined) return run.resume.cursor;
      await run.page.goto("https://shop.example/1");
      await run.checkpoint({ stage: "pages", cursor: 1 });
      crashes += 1;
      stand.browser.crash("renderer");
      return forEver();
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], EACH));
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: 1, attempt: 1, fence: 1 }]);
    expect(crashes).toBe(2);
  });
});

describe("a checkpoint that the store doesn't confirm", () => {
  const unconfirmed = () => new StoreUnavailable("checkpoint", new Error("no answer"));

  it("isn't taken for another holder's when it was written all the same", async () => {
    const { leases, stages } = writing(async (write, stage) => {
      const written = await write();
      if (stage === "one") throw unconfirmed();
      return written;
    });
    const strategy = strategyThat(async (run) => {
      await run.checkpoint({ stage: "one", cursor: 1 });
      await run.checkpoint({ stage: "two", cursor: 2 });
      return "done";
    });
    await stand.send(jobFor(strategy));
    await stand.deliver(stand.container([strategy], EACH, { leases }));
    expect(await stand.results()).toMatchObject([{ kind: "completed", fence: 1 }]);
    expect(stages).toEqual(["one", "two"]);
  });

  it("is tried again with the next report, wherever the page has gone by then", async () => {
    const { leases, stages } = writing((write) => (stages.length === 2 ? Promise.reject(unconfirmed()) : write()));
    const strategy = strategyThat(async (run) => {
      await run.checkpoint({ stage: "pages", cursor: 0 });
      await run.page.goto("https://shop.example/1");
      await run.checkpoint({ stage: "pages", cursor: 1 });
      await run.checkpoint({ stage: "pages", cursor: 1 });
      await run.checkpoint({ stage: "pages", cursor: 1 });
      return "done";
    });
    await stand.send(jobFor(strategy));
    const environment = { ...EACH, SUBLET_CHECKPOINT_INTERVAL_MS: "600000" };
    const { usage } = await stand.deliver(stand.container([strategy], environment, { leases }));
    expect(stages).toHaveLength(3);
    expect(usage.durability.checkpoints).toBe(2);
  });

  it("is no point to leave at: the job that makes room stops at the next one", async () => {
    let urgent = false;
    let refused = 0;
    const { leases } = writing((write) => {
      // The first one behind the request.
      if (!urgent || refused > 0) return write();
      refused += 1;
      return Promise.reject(unconfirmed());
    });
    const pages: number[] = [];
    const strategy = strategyThat(async (run) => {
      if (run.input["name"] === "urgent") return "done";
      for (let page = Number(run.resume?.cursor ?? 0) + 1; page <= 30; page += 1) {
        pages.push(page);
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
        await run.checkpoint({ stage: "pages", cursor: page });
        if (page === 1) {
          await asWorker(() =>
            stand.send(jobFor(strategy, { priority: "critical", input: { name: "urgent" } }), "express"),
          );
          urgent = true;
        }
      }
      return "counted";
    });
    await stand.send(jobFor(strategy, { id: "patient", input: { name: "patient" } }));
    const environment = {
      SUBLET_MAX_SLOTS: "1",
      SUBLET_REFILL_MS: "60000",
      SUBLET_EXPRESS_POLL_MS: "50",
      SUBLET_REFILL_POLL_MS: "50",
      SUBLET_PREEMPTION_GRACE_MS: "60000",
      SUBLET_CHECKPOINT: "stage",
    };
    await stand.deliver(stand.container([strategy], environment, { leases }));
    const results = await stand.results();
    expect(results.map(({ kind }) => kind)).toEqual(["completed", "completed"]);
    const interruptions = results.find(({ id }) => id === "patient")?.timings?.interruptions;
    expect(interruptions).toMatchObject({ displaced: 1, repeatedMs: 0 });
    expect(pages).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(refused).toBe(1);
  });
});

describe("a lease that ran out, and that nobody has taken", () => {
  it("stops the job and is given back, so that it doesn't read as a container that vanished", async () => {
    const leases = withCalls(stand.leases, {
      renew: () => Promise.reject(new StoreUnavailable("renew", "DynamoDB doesn't answer")),
    });
    const strategy = strategyThat(forEver);
    await stand.send(jobFor(strategy, { id: "held-up" }));
    const container = stand.container([strategy], { SUBLET_LEASE_MS: "1000", SUBLET_RENEWAL_MS: "300" }, { leases });
    const { usage } = await stand.deliver(container);
    expect(usage.outcomes).toMatchObject([{ kind: "lease-lost" }]);
    expect(await stand.leases.read("job#held-up")).toMatchObject({
      state: "released",
      attempts: 0,
      history: [{ kind: "taken" }, { kind: "ended", outcome: "lease-lost" }],
    });
  });
});
