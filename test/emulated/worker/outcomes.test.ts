import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { PermanentFailure, TransientFailure } from "../../../functions/core/job/failures.ts";
import { jobFor, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
beforeEach(async () => {
  stand = await WorkerStand.start();
});
afterEach(() => stand.stop());

const echo = strategyThat((run) => Promise.resolve({ got: run.input }));

describe("a job's way through the worker", () => {
  it("runs, writes its record, publishes one result, and is deleted", async () => {
    const job = jobFor(echo, { input: { page: 7 }, tags: { team: "prices" } });
    await stand.send(job);
    const { response, usage } = await stand.deliver(stand.container([echo]));
    expect(response).toEqual({ batchItemFailures: [] });
    expect(await stand.results()).toMatchObject([
      {
        v: 1,
        id: job.id,
        kind: "completed",
        output: { got: { page: 7 } },
        attempt: 1,
        fence: 1,
        tags: { team: "prices" },
      },
    ]);
    expect(await stand.leases.read(`job#${job.id}`)).toMatchObject({
      state: "finished",
      result: { kind: "completed" },
    });
    expect(await stand.depth("jobs")).toBe(0);
    expect(stand.browser.open.size).toBe(0);
    expect(usage.outcomes).toEqual([{ jobClass: "extraction", kind: "completed", count: 1 }]);
  });

  it("rejects what isn't a job, with a copy in the dead-letter queue, and its neighbours don't notice", async () => {
    const job = jobFor(echo);
    await stand.send(job);
    await stand.send("{not json");
    await stand.send({ ...jobFor(echo), id: "bad-priority", priority: "urgent" as "high" });
    await stand.send({ ...jobFor(echo), id: "bad-strategy", strategy: "nothing-such" });
    await stand.send({ ...jobFor(echo), id: "with-session", session: "shop-login" });
    const { response } = await stand.deliver(stand.container([echo]));
    expect(response.batchItemFailures).toEqual([]);
    const results = new Map((await stand.results()).map((result) => [result.id, result]));
    expect(results.get(job.id)?.kind).toBe("completed");
    expect(results.get("bad-priority")).toMatchObject({
      kind: "rejected",
      rejections: [{ field: "priority", value: '"urgent"' }],
    });
    expect(results.get("bad-strategy")?.rejections).toEqual([
      { field: "strategy", rule: "must be one of test-strategy", value: '"nothing-such"' },
    ]);
    expect(results.get("with-session")?.rejections).toMatchObject([{ field: "session" }]);
    expect([...results.values()].filter(({ kind }) => kind === "rejected")).toHaveLength(4);
    const dead = await stand.drain("deadLetter");
    expect(dead.map(({ Body }) => Body)).toContain("{not json");
    expect(dead).toHaveLength(4);
    expect(await stand.depth("jobs")).toBe(0);
  });

  it("checks the strategy's own input before a slot is taken, and names the field under input", async () => {
    const strict = strategyThat(() => Promise.resolve(1));
    const { z } = await import("zod");
    const picky = { ...strict, input: z.strictObject({ url: z.url() }) };
    await stand.send(jobFor(strict, { id: "picky", input: { url: "nowhere" } }));
    await stand.deliver(stand.container([picky]));
    expect(await stand.results()).toMatchObject([
      { id: "picky", rejections: [{ field: "input.url", value: '"nowhere"' }] },
    ]);
    expect(stand.browser.requests).toEqual([]);
  });

  it("tries a flaky failure again, and counts the attempts", async () => {
    const flaky = strategyThat((run) =>
      run.resume === undefined && stand.browser.requests.length < 2
        ? Promise.reject(new TransientFailure("HttpUnavailable", "the site answered 503"))
        : Promise.resolve("at last"),
    );
    await stand.send(jobFor(flaky));
    const container = stand.container([flaky]);
    const first = await stand.deliver(container);
    expect(first.response.batchItemFailures).toHaveLength(1);
    expect(await stand.results()).toEqual([]);
    await stand.deliver(container, { waitSeconds: 10 });
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: "at last", attempt: 2, fence: 2 }]);
  });

  it("ends a permanent failure at once, and keeps the message in the dead-letter queue with its reason", async () => {
    const broken = strategyThat(() =>
      Promise.reject(new PermanentFailure("AssertionFailed", "no price on the page", { at: "steps.2 (assert)" })),
    );
    await stand.send(jobFor(broken));
    await stand.deliver(stand.container([broken]));
    expect(await stand.results()).toMatchObject([
      { kind: "failed", error: { name: "AssertionFailed", message: "no price on the page", at: "steps.2 (assert)" } },
    ]);
    const [dead] = await stand.drain("deadLetter");
    expect(JSON.stringify(dead?.MessageAttributes)).toContain("AssertionFailed");
  });

  it("runs a dead job again when it is redriven, and not when it is merely sent again", async () => {
    let healthy = false;
    const mended = strategyThat(() =>
      healthy ? Promise.resolve("mended") : Promise.reject(new PermanentFailure("AssertionFailed", "broken")),
    );
    const job = jobFor(mended);
    const container = stand.container([mended]);
    await stand.send(job);
    await stand.deliver(container);
    healthy = true;
    await stand.send(job);
    expect((await stand.deliver(container)).usage.duplicates).toBe(1);
    const [dead] = await stand.drain("deadLetter");
    const { SendMessageCommand } = await import("@aws-sdk/client-sqs");
    const { Body: MessageBody, MessageAttributes } = dead ?? {};
    await stand.sqs.send(new SendMessageCommand({ QueueUrl: stand.urls.jobs, MessageBody, MessageAttributes }));
    await stand.deliver(container);
    expect((await stand.results()).map(({ kind }) => kind)).toEqual(["failed", "completed"]);
  });

  it("puts a large output into the bucket, and names it in the result", async () => {
    const wordy = strategyThat(() => Promise.resolve({ text: "x".repeat(300_000) }));
    await stand.send(jobFor(wordy, { id: "wordy" }));
    await stand.deliver(stand.container([wordy]));
    const [result] = await stand.results();
    expect(result?.output).toBeUndefined();
    expect(result?.outputArtifact).toMatchObject({
      name: "output.json",
      contentType: "application/json",
      bytes: 300_011,
    });
    const key = new URL(result?.outputArtifact?.uri ?? "").pathname;
    const stored = await fetch(`${stand.bucket.endpoint}/${stand.bucket.name}${key}`);
    expect(await stored.json()).toEqual({ text: "x".repeat(300_000) });
  });

  it("tells a crash from a failure", async () => {
    const crashing = strategyThat(() => {
      stand.browser.crash("renderer");
      return Promise.reject(new Error("Target page, context or browser has been closed"));
    });
    await stand.send(jobFor(crashing, { attempts: 1 }));
    await stand.deliver(stand.container([crashing]));
    expect(await stand.results()).toMatchObject([{ kind: "crashed", error: { message: "the renderer died" } }]);
  });
});

describe("time", () => {
  const endless = strategyThat(
    (run) =>
      new Promise((_resolve, reject) => {
        run.signal.addEventListener("abort", () => reject(new Error("stopped")));
      }),
  );

  it("stops an attempt at its deadline, and frees the slot for the next job", async () => {
    await stand.send(jobFor(endless, { maxDurationMs: 1_000, attempts: 1 }));
    const container = stand.container([endless], { SUBLET_MAX_SLOTS: "1" });
    await stand.deliver(container);
    expect(await stand.results()).toMatchObject([{ kind: "timed-out", error: { name: "TimedOut" } }]);
    expect(stand.browser.open.size).toBe(0);
  });

  it("gives running work back before the invocation ends, and the next container goes on at the checkpoint", async () => {
    const stages: unknown[] = [];
    const paging = strategyThat(async (run) => {
      stages.push(run.resume?.cursor);
      if (run.resume) return `finished from page ${String(run.resume.cursor)}`;
      await run.checkpoint({ stage: "pages", cursor: 37 });
      return endless.run(run);
    });
    await stand.send(jobFor(paging, { estimatedDurationMs: 1_000 }));
    const endsAtMs = Date.now() + 2_500;
    const first = await stand.deliver(stand.container([paging], { SUBLET_DRAIN_MARGIN_MS: "500" }), {
      remainingMs: () => endsAtMs - Date.now(),
    });
    expect(first.usage.outcomes).toEqual([{ jobClass: "extraction", kind: "out-of-time", count: 1 }]);
    expect(first.response.batchItemFailures).toHaveLength(1);
    await stand.deliver(stand.container([paging]), { waitSeconds: 5 });
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: "finished from page 37", attempt: 1 }]);
    expect(stages).toEqual([undefined, 37]);
  });

  it("doesn't start what the invocation has no time for", async () => {
    await stand.send(jobFor(echo, { estimatedDurationMs: 60_000 }));
    const { usage } = await stand.deliver(stand.container([echo]), { remainingMs: () => 70_000 });
    expect(usage.givenBack).toEqual({ "not-enough-time": 1 });
    expect(stand.browser.requests).toEqual([]);
  });
});

describe("what a strategy may not do", () => {
  it.each([
    ["fetch", (url: string) => fetch(url).then((response) => response.status)],
    [
      "node:http",
      async (url: string) => {
        const { get } = await import("node:http");
        return new Promise((resolve, reject) => {
          get(url, (response) => resolve(response.statusCode)).on("error", reject);
        });
      },
    ],
  ])("opens no connection of its own by %s; the worker's own go on", async (_how, reach) => {
    const url = `${stand.bucket.endpoint}/health`;
    const reaching = strategyThat(async (run) => {
      await run.checkpoint({ stage: "before", cursor: 1 });
      await run.artifact("note.txt", "text/plain", Buffer.from("note"));
      return reach(url);
    });
    expect(await reach(url)).toBe(200);
    await stand.send(jobFor(reaching));
    await stand.deliver(stand.container([reaching]));
    const [result] = await stand.results();
    expect(result).toMatchObject({ kind: "failed", artifacts: [{ name: "note.txt", bytes: 4 }] });
    expect(JSON.stringify(result?.error)).toMatch(/OutboundRefused/u);
  });
});
