import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { TransientFailure } from "../../../functions/core/job/failures.ts";
import type { JobQueue } from "../../../functions/core/job/job-queue.ts";
import type { SessionDefinition } from "../../../functions/core/session/session.ts";
import type { Container } from "../../../functions/worker/container.ts";
import { MembersSite, quickLogin, sessionOf } from "./members-site.ts";
import { jobFor, strategyThat, WorkerStand } from "./worker-stand.ts";

let stand: WorkerStand;
let site: MembersSite;
beforeEach(async () => {
  stand = await WorkerStand.start();
  site = new MembersSite();
  stand.browser.site = site.answer;
});
afterEach(() => stand.stop());

/** Opens one member's page and answers where it ended. */
const visit = strategyThat(async ({ page }) => {
  await page.goto("https://shop.example/orders");
  return page.url();
});

async function create(...sessions: readonly (Partial<SessionDefinition> & { readonly name: string })[]): Promise<void> {
  for (const session of sessions) {
    stand.secrets.set(`ssm:/sublet/${session.name}`, { username: session.name });
    await stand.sessions.create(sessionOf(session), undefined, Date.now());
  }
}

function container(environment: Readonly<Record<string, string>> = {}, strategies = [visit]): Container {
  return stand.container(strategies, environment, { sessions: stand.sessionRoom([quickLogin]) });
}

async function sendAll(count: number, change: Parameters<typeof jobFor>[1]): Promise<void> {
  for (let index = 0; index < count; index += 1) await stand.send(jobFor(visit, change));
}

describe("an exclusive session", () => {
  it("is logged in once, and its state serves the next container's job", async () => {
    await create({ name: "ada" });
    await sendAll(1, { session: "ada" });
    const first = await stand.deliver(container());
    await sendAll(1, { session: "ada" });
    const second = await stand.deliver(container());
    expect(site.logins).toEqual(["ada"]);
    expect((await stand.results()).map(({ output }) => output)).toEqual(Array(2).fill("https://shop.example/orders"));
    expect(first.usage.sessions).toMatchObject({ leased: 1, released: 1, refreshed: 1, fencedOut: 0 });
    expect(second.usage.sessions).toMatchObject({ leased: 1, released: 1, refreshed: 0 });
    expect(await stand.sessions.read("ada")).toMatchObject({
      uses: 2,
      loginFence: 1,
      fence: 2,
      condition: { kind: "ready" },
    });
  });

  it("has one job at a time, in the order of the queue, and no slot is taken by who waits", async () => {
    await create({ name: "ada" });
    await sendAll(8, { session: "ada" });
    const { usage } = await stand.deliver(container());
    expect(await stand.results()).toHaveLength(8);
    expect(stand.browser.openPeak).toBe(1);
    expect(usage.contextsPeak).toBe(1);
    expect(site.logins).toHaveLength(1);
  });

  it("doesn't make its container hoard messages: who stands in line counts as a slot to come", async () => {
    await create({ name: "ada" });
    await sendAll(20, { session: "ada" });
    let handsFull = 0;
    const queue = new Proxy(stand.queue, {
      get(target, name: keyof JobQueue) {
        if (name !== "extend") return Reflect.get(target, name).bind(target) as unknown;
        return (...args: Parameters<JobQueue["extend"]>) => {
          handsFull = Math.max(handsFull, args[0].length);
          return target.extend(...args);
        };
      },
    });
    const settings = { SUBLET_REFILL_MS: "60000", SUBLET_MAX_SLOTS: "3", SUBLET_RENEWAL_MS: "200" };
    await stand.deliver({ ...container(settings), queue }, { max: 1 });
    expect(await stand.results()).toHaveLength(20);
    // One at work, three to come, and those whose result is being written.
    expect(handsFull).toBeLessThanOrEqual(6);
    expect(stand.browser.openPeak).toBe(1);
  });

  it("goes back to the queue with a plain reason when another container keeps it", async () => {
    await create({ name: "ada" });
    const taken = await stand.sessions.take(
      { name: "ada", owner: { container: "other", invocation: "i" }, durationMs: 60_000, purpose: "jobs" },
      Date.now(),
    );
    expect(taken.kind).toBe("taken");
    await sendAll(1, { session: "ada" });
    const lines: unknown[] = [];
    const log = {
      debug() {},
      info: (message: string, details?: object) => lines.push({ message, ...details }),
      warn() {},
      error() {},
    };
    const busy = { ...container({ SUBLET_SESSION_WAIT_MS: "100" }), log };
    const { usage } = await stand.deliver(busy);
    expect(usage.givenBack).toEqual({ "session-unavailable": 1 });
    expect(usage.sessions).toMatchObject({ leased: 0, unavailable: 1 });
    expect(usage.outcomes).toEqual([]);
    expect(lines).toContainEqual(
      expect.objectContaining({
        reason: expect.stringMatching(/session ada: another container holds it for \d+ s more; waited 100 ms/u),
      }),
    );
  });

  it("logs in again in the middle of a job, which goes on from its checkpoint", async () => {
    await create({ name: "ada" });
    const starts: unknown[] = [];
    const walk = strategyThat(async (run) => {
      const { page, resume } = run;
      starts.push(resume?.cursor);
      for (let number = Number(resume?.cursor ?? 0) + 1; number <= 4; number += 1) {
        await page.goto(`https://shop.example/page-${number}`);
        if (!page.url().endsWith(`page-${number}`)) throw new TransientFailure("Lost", "not the page");
        await run.checkpoint({ stage: "walk", cursor: number });
        if (number === 2 && starts.length === 1) site.expire("ada");
      }
      return "walked";
    });
    await stand.send(jobFor(walk, { session: "ada", checkpoint: "navigation" }));
    await stand.deliver(container({}, [walk]));
    expect((await stand.results())[0]).toMatchObject({ kind: "completed", output: "walked", attempt: 1 });
    expect(starts).toEqual([undefined, 2]);
    expect(site.logins).toEqual(["ada", "ada"]);
    expect(site.visits.filter(({ path }) => path.startsWith("/page")).map(({ path }) => path)).toEqual([
      "/page-1",
      "/page-2",
      "/page-3",
      "/page-4",
    ]);
  });

  it("is put aside when it can't log in; the job isn't counted and comes back", async () => {
    await create({ name: "ada" });
    site.refuses.add("ada");
    await sendAll(1, { session: "ada" });
    const { usage } = await stand.deliver(container());
    expect(usage.sessions).toMatchObject({ quarantined: 1, leased: 1 });
    expect(usage.givenBack).toEqual({ "session-unavailable": 1 });
    const record = await stand.sessions.read("ada");
    expect(record?.condition).toMatchObject({
      kind: "unhealthy",
      reason: expect.stringContaining("refused: ••• is locked"),
      times: 1,
    });
    expect(record?.holder).toBeUndefined();
  });

  it("checks itself again when the time has come, and is ready when the site lets it in", async () => {
    await create({ name: "ada" });
    site.refuses.add("ada");
    await sendAll(1, { session: "ada" });
    await stand.deliver(container({ SUBLET_SESSION_RECHECK_MS: "100" }), { visibilitySeconds: 0 });
    site.refuses.delete("ada");
    await expect
      .poll(
        async () => {
          await stand.deliver(container({ SUBLET_SESSION_RECHECK_MS: "100" }), { waitSeconds: 1 });
          return stand.sessions.read("ada");
        },
        { timeout: 10_000 },
      )
      .toMatchObject({ condition: { kind: "ready" }, uses: 1 });
  });

  it("an operator's word takes it from its holder: the job is given back, and what it left is not written", async () => {
    await create({ name: "ada" });
    const atWork = Promise.withResolvers<void>();
    const stays = strategyThat(async ({ page, signal }) => {
      await page.goto("https://shop.example/orders");
      atWork.resolve();
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve, { once: true });
      });
      return "over";
    });
    await stand.send(jobFor(stays, { session: "ada" }));
    const delivered = stand.deliver(container({ SUBLET_RENEWAL_MS: "200" }, [stays]));
    await atWork.promise;
    const before = await stand.sessions.read("ada");
    const aside = { kind: "unhealthy", reason: "operator", sinceMs: 0, recheckAtMs: 9e15, times: 1 } as const;
    await stand.sessions.setCondition("ada", aside, Date.now());
    const { usage } = await delivered;
    expect(usage.outcomes).toEqual([{ jobClass: "extraction", kind: "session-unavailable", count: 1 }]);
    expect(usage.givenBack).toEqual({ "session-unavailable": 1 });
    expect(usage.sessions.fencedOut).toBe(1);
    const after = await stand.sessions.read("ada");
    expect(after).toMatchObject({ condition: { reason: "operator" }, uses: 0 });
    expect(after?.sealed).toEqual(before?.sealed);
  });
});

describe("a session that isn't there", () => {
  it("unknown and retired ones reject the job, and say what to do", async () => {
    await create({ name: "old" });
    await stand.sessions.setCondition("old", { kind: "retired", reason: "sold", sinceMs: 0 }, Date.now());
    await stand.send(jobFor(visit, { id: "unknown", session: "nobody" }));
    await stand.send(jobFor(visit, { id: "retired", session: "old" }));
    await stand.deliver(container());
    const results = new Map((await stand.results()).map((result) => [result.id, result]));
    expect(results.get("unknown")?.rejections).toEqual([
      { field: "session", rule: expect.stringContaining("sublet sessions list"), value: '"nobody"' },
    ]);
    expect(results.get("retired")?.rejections).toEqual([
      {
        field: "session",
        rule: expect.stringContaining("retired (sold); `sublet sessions restore old`"),
        value: '"old"',
      },
    ]);
  });
});

describe("a pool of exclusive sessions", () => {
  const pool = ["ann", "ben", "cem"].map((name) => ({ name, pool: "shop" }));

  it("spreads jobs over containers, least recently used first, each session with one job at a time", async () => {
    await create(...pool);
    await sendAll(30, { sessionPool: "shop" });
    const two = [container(), container()];
    while ((await stand.depth("jobs")) > 0) {
      await Promise.all(two.map((one) => stand.deliver(one, { max: 10, waitSeconds: 1 })));
    }
    expect(await stand.results()).toHaveLength(30);
    expect(site.logins.toSorted()).toEqual(["ann", "ben", "cem"]);
    expect(stand.browser.openPeak).toBeLessThanOrEqual(3);
    const uses = await Promise.all(pool.map(async ({ name }) => (await stand.sessions.read(name))?.uses ?? 0));
    expect(uses.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(Math.min(...uses)).toBeGreaterThan(5);
  });

  it("goes on with the others when one is broken, and no job is lost", async () => {
    await create(...pool);
    await sendAll(9, { sessionPool: "shop" });
    await stand.deliver(container(), { max: 9 });
    site.expire("ben");
    site.refuses.add("ben");
    await sendAll(12, { sessionPool: "shop" });
    while ((await stand.depth("jobs")) > 0) await stand.deliver(container(), { max: 10, waitSeconds: 1 });
    const results = await stand.results();
    expect(results).toHaveLength(21);
    expect(results.every(({ kind, attempt }) => kind === "completed" && attempt === 1)).toBe(true);
    expect((await stand.sessions.read("ben"))?.condition.kind).toBe("unhealthy");
  });
});

describe("a pages session", () => {
  it("has one context and one login for many jobs, and writes to its record twice", async () => {
    await create({ name: "ada", policy: "pages", pages: 3 });
    await sendAll(9, { session: "ada" });
    const { usage } = await stand.deliver(container(), { max: 9 });
    expect(await stand.results()).toHaveLength(9);
    expect(stand.browser.requests).toHaveLength(1);
    expect(site.logins).toEqual(["ada"]);
    expect(usage.sessions).toMatchObject({ leased: 1, released: 1, refreshed: 1 });
    expect(usage.contextsPeak).toBe(3);
    expect(await stand.sessions.read("ada")).toMatchObject({ uses: 9, fence: 1 });
  });

  it("one of its jobs finds the login over, and one login serves all", async () => {
    await create({ name: "ada", policy: "pages", pages: 5 });
    let expired = false;
    const twice = strategyThat(async ({ page }) => {
      await page.goto("https://shop.example/one");
      if (!expired) {
        expired = true;
        site.expire("ada");
      }
      await page.goto("https://shop.example/two");
      if (!page.url().endsWith("/two")) throw new TransientFailure("Lost", "not the page");
      return "both";
    });
    for (let index = 0; index < 5; index += 1) await stand.send(jobFor(twice, { session: "ada" }));
    await stand.deliver(container({}, [twice]), { max: 5 });
    expect((await stand.results()).map(({ kind, attempt }) => `${kind} ${attempt}`)).toEqual(
      Array(5).fill("completed 1"),
    );
    expect(site.logins).toEqual(["ada", "ada"]);
  });

  it.each([
    { sections: "guarded", mixed: false },
    { sections: "unguarded", mixed: true },
  ])(
    "sections that touch what the server shares are $sections: records mixed up $mixed",
    async ({ sections, mixed }) => {
      await create({ name: "ada", policy: "pages", pages: 5 });
      // The server keeps one search for each login.
      let searched = "";
      const search = strategyThat(async (run) => {
        const { input } = run;
        const section = async () => {
          searched = String(input["sku"]);
          await new Promise(setImmediate);
          return searched;
        };
        const shown = sections === "guarded" ? await run.exclusively(section) : await section();
        return { asked: input["sku"], shown };
      });
      for (let index = 0; index < 10; index += 1) {
        await stand.send(jobFor(search, { session: "ada", input: { sku: `sku-${index}` } }));
      }
      await stand.deliver(container({}, [search]), { max: 10 });
      const outputs = (await stand.results()).map(({ output }) => output as { asked: string; shown: string });
      expect(outputs).toHaveLength(10);
      expect(outputs.some(({ asked, shown }) => asked !== shown)).toBe(mixed);
    },
  );
});

describe("a shared session", () => {
  it("twenty containers that need it at once cause one login", async () => {
    await create({ name: "ada", policy: "shared" });
    await sendAll(20, { session: "ada" });
    const containers = Array.from({ length: 20 }, () => container());
    const ends = await Promise.all(containers.map((one) => stand.deliver(one, { max: 1 })));
    expect((await stand.results()).map(({ kind }) => kind)).toEqual(Array(20).fill("completed"));
    expect(site.logins).toEqual(["ada"]);
    expect(ends.reduce((sum, { usage }) => sum + usage.sessions.refreshed, 0)).toBe(1);
  });

  it("its exclusive sections are refused, because nothing would keep them apart", async () => {
    await create({ name: "ada", policy: "shared" });
    const section = strategyThat((run) => run.exclusively(() => Promise.resolve("in")));
    await stand.send(jobFor(section, { session: "ada" }));
    await stand.deliver(container({}, [section]));
    expect((await stand.results())[0]).toMatchObject({ kind: "failed", error: { name: "NotExclusive" } });
  });
});
