import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { PermanentFailure } from "../../../functions/core/job/failures.ts";
import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { asWorker } from "../../../functions/worker/outbound-guard.ts";
import { MembersStand, withCalls } from "./members-stand.ts";
import { jobFor, strategyThat, type WorkerStand } from "./worker-stand.ts";

let members: MembersStand;
let stand: WorkerStand;
beforeEach(async () => {
  members = await MembersStand.start();
  stand = members.stand;
});
afterEach(() => stand.stop());

describe("a checkpoint that can't be opened now", () => {
  it("costs the job no attempt, and isn't taken for a container that vanished under it", async () => {
    let failed = false;
    const strategy = strategyThat(async (run) => {
      if (run.resume !== undefined) return run.resume.cursor;
      await run.checkpoint({ stage: "pages", cursor: 1 });
      failed = true;
      throw new TypeError("net::ERR_CONNECTION_RESET");
    });
    const job = jobFor(strategy);
    const settings = { SUBLET_MAX_SLOTS: "1" };
    await stand.send(job);
    await stand.deliver(stand.container([strategy], settings));
    expect(failed).toBe(true);
    for (const waitSeconds of [10, 10]) {
      const container = stand.container([strategy], settings);
      const keeper = Object.create(container.checkpoints, {
        open: { value: () => Promise.reject(new StoreUnavailable("open", new Error("the key service is down"))) },
      }) as typeof container.checkpoints;
      const { usage } = await stand.deliver({ ...container, checkpoints: keeper }, { waitSeconds });
      expect(usage.givenBack).toEqual({ trouble: 1 });
      expect(await stand.leases.read(`job#${job.id}`)).toMatchObject({ state: "released", attempts: 1 });
    }
    await stand.deliver(stand.container([strategy], settings), { waitSeconds: 10 });
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: 1, attempt: 2 }]);
  });
});

describe("a dead job that an operator puts back", () => {
  it("has all its time, though it goes on from its checkpoint", async () => {
    let dead = false;
    const strategy = strategyThat(async (run) => {
      if (dead) return { resume: run.resume, hasTime: run.remainingMs() > 30_000 };
      dead = true;
      await asWorker(async () => {
        const record = await stand.leases.read("job#dead");
        if (record === undefined) throw new Error("it is being run");
        const { body } = await packed();
        const checkpoint = { sequence: 1, stage: "pages", attempt: 1, workedMs: 59_000, body };
        await stand.leases.checkpoint(record, checkpoint, Date.now());
      });
      throw new PermanentFailure("AssertionFailed", "no price");
    });
    await stand.send(jobFor(strategy, { id: "dead", maxDurationMs: 60_000 }));
    await stand.deliver(stand.container([strategy]));
    const [letter] = await stand.drain("deadLetter");
    const { Body: MessageBody, MessageAttributes } = letter ?? {};
    await stand.sqs.send(new SendMessageCommand({ QueueUrl: stand.urls.jobs, MessageBody, MessageAttributes }));
    await stand.deliver(stand.container([strategy]));
    expect((await stand.results()).at(-1)).toMatchObject({
      kind: "completed",
      attempt: 1,
      output: { resume: { cursor: 7 }, hasTime: true },
    });
  });
});

/** As the worker would write it. */
async function packed() {
  const { packContent } = await import("../../../functions/worker/checkpoints/packed-content.ts");
  const seal = { seal: () => Promise.reject(new Error("nothing to seal")) };
  const { packed: bytes } = await packContent(seal, { session: "job#dead", site: "shop.example" }, { cursor: 7 });
  return { body: { kind: "inline", packed: bytes, sealed: false } as const };
}

describe("a job in a session of its own", () => {
  it("writes down with a checkpoint what it changed in the session, and nothing where it changed nothing", async () => {
    await members.create({ name: "ada", policy: "exclusive" });
    const stored: (string | undefined)[] = [];
    let saves = 0;
    const store = withCalls(stand.sessions, {
      save: async (...args: Parameters<typeof stand.sessions.save>) => {
        saves += 1;
        return stand.sessions.save(...args);
      },
    });
    const strategy = strategyThat(async (run) => {
      const before = saves;
      await run.page.goto("https://shop.example/preference?name=currency&value=EUR");
      await run.checkpoint({ stage: "one", cursor: 1 });
      stored.push((await asWorker(() => members.storedCookies("ada"))).get("currency"));
      await run.checkpoint({ stage: "two", cursor: 2 });
      return saves - before;
    });
    await stand.send(jobFor(strategy, { session: "ada" }));
    await stand.deliver(members.container({}, [strategy], { store }));
    expect(await stand.results()).toMatchObject([{ kind: "completed", output: 1 }]);
    expect(stored).toEqual(["EUR"]);
  });
});
