import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import { MembersStand, NOTHING, visit, withCalls } from "./members-stand.ts";
import { jobFor, strategyThat } from "./worker-stand.ts";

let members: MembersStand;
beforeEach(async () => {
  members = await MembersStand.start();
});
afterEach(() => members.stand.stop());

const never = new Promise<never>(() => {});

describe("a pages session", () => {
  it("that is used up takes no further job, and is retired when the last one has left", async () => {
    await members.create({ name: "ada", policy: "pages", pages: 1, maxUses: 2 });
    for (let index = 0; index < 4; index += 1) await members.stand.send(jobFor(visit, { session: "ada" }));
    await members.stand.deliver(members.container({ SUBLET_SESSION_LINGER_MS: "60000" }));
    const kinds = (await members.stand.results()).map(({ kind }) => kind).toSorted();
    expect(kinds).toEqual(["completed", "completed", "rejected", "rejected"]);
    expect(await members.read("ada")).toMatchObject({ uses: 2, condition: { kind: "retired" } });
    expect(await members.left("ada")).toEqual(NOTHING);
  });

  it("a section that never ends keeps the others out no longer than its job lasts", async () => {
    await members.create({ name: "ada", policy: "pages", pages: 2, jobLimitMs: 1_000 });
    const inside = Promise.withResolvers<void>();
    const stuck = strategyThat(
      (run) =>
        run.exclusively(() => {
          inside.resolve();
          return never;
        }),
      { name: "stuck" },
    );
    const next = strategyThat(
      async (run) => {
        await inside.promise;
        return run.exclusively(() => Promise.resolve("in"));
      },
      { name: "next" },
    );
    await members.stand.send(jobFor(stuck, { session: "ada", attempts: 1 }));
    await members.stand.send(jobFor(next, { session: "ada", attempts: 2 }));
    const { queue } = members.stand;
    const atOnce = withCalls(queue, { giveBack: (message) => queue.giveBack(message, 0) });
    const container = members.container({}, [stuck, next], { change: { queue: atOnce } });
    const settings = { ...container, configuration: { ...container.configuration, refillMs: 60_000 } };
    await members.stand.deliver(settings);
    const results = await members.stand.results();
    expect(new Set(results.map(({ kind, output }) => `${kind} ${String(output)}`))).toEqual(
      new Set(["timed-out undefined", "completed in"]),
    );
    expect(await members.left("ada")).toEqual(NOTHING);
  });

  it("a job that is stopped while it waits for its section never enters it", async () => {
    await members.create({ name: "ada", policy: "pages", pages: 2, jobLimitMs: 600_000 });
    const inside = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    let entered = false;
    const first = strategyThat(
      (run) =>
        run.exclusively(async () => {
          inside.resolve();
          await stopped.promise;
        }),
      { name: "first" },
    );
    const waits = strategyThat(
      async (run) => {
        await inside.promise;
        run.signal.addEventListener("abort", () => stopped.resolve(), { once: true });
        await run.exclusively(() => {
          entered = true;
          return Promise.resolve();
        });
      },
      { name: "waits" },
    );
    await members.stand.send(jobFor(first, { session: "ada" }));
    await members.stand.send(jobFor(waits, { session: "ada", maxDurationMs: 1_000, attempts: 1 }));
    await members.stand.deliver(members.container({}, [first, waits]));
    expect((await members.stand.results()).map(({ kind }) => kind).toSorted()).toEqual(["completed", "timed-out"]);
    expect(entered).toBe(false);
  });

  it("a page whose context another page's login took along goes on in the new one, in the same attempt", async () => {
    await members.create({ name: "ada", policy: "pages", pages: 2 });
    const bothIn = Promise.withResolvers<void>();
    const renewed = Promise.withResolvers<void>();
    const finds = strategyThat(
      async ({ page }) => {
        if (members.site.logins.length === 2) return renewed.resolve();
        await bothIn.promise;
        members.site.expire("ada");
        await page.goto("https://shop.example/orders");
        return never;
      },
      { name: "finds" },
    );
    const idles = strategyThat(
      async ({ page }) => {
        bothIn.resolve();
        await renewed.promise;
        await page.goto("https://shop.example/orders");
        return page.url();
      },
      { name: "idles" },
    );
    await members.stand.send(jobFor(finds, { session: "ada" }));
    await members.stand.send(jobFor(idles, { session: "ada" }));
    await members.stand.deliver(members.container({}, [finds, idles]));
    const ends = (await members.stand.results()).map(({ kind, attempt }) => `${kind} ${attempt}`);
    expect(ends).toEqual(["completed 1", "completed 1"]);
    expect(members.site.logins).toHaveLength(2);
    expect(await members.read("ada")).toMatchObject({ errorScore: { value: 0 }, uses: 2 });
    expect(await members.left("ada")).toEqual(NOTHING);
  });

  it("what a heartbeat read of a signed-out context isn't put over the login after it", async () => {
    await members.create({ name: "ada", policy: "pages", pages: 1 });
    const reading = Promise.withResolvers<void>();
    const loggedInAgain = Promise.withResolvers<void>();
    let reads = 0;
    members.stand.browser.before = async (call) => {
      if (call !== "readState") return;
      reads += 1;
      // The first is the login's, the second a heartbeat's: it answers late, as a page that is slow makes it.
      if (reads !== 2) return;
      members.stand.browser.outlives = true;
      reading.resolve();
      await loggedInAgain.promise;
    };
    const works = strategyThat(async ({ page }) => {
      if (reads < 2) {
        members.site.expire("ada");
        // The site clears the login's cookie, in a frame that nobody watches.
        await members.site.answer(new URL("https://shop.example/frame"), members.stand.browser.jars[0] ?? new Map());
        await reading.promise;
        await page.goto("https://shop.example/one");
        return never;
      }
      loggedInAgain.resolve();
      await page.goto("https://shop.example/two");
      return page.url();
    });
    await members.stand.send(jobFor(works, { session: "ada" }));
    await members.stand.deliver(members.container({ SUBLET_RENEWAL_MS: "200" }, [works]));
    expect((await members.stand.results())[0]).toMatchObject({ kind: "completed" });
    expect(members.site.logins).toHaveLength(2);
    expect(await members.storedCookies("ada")).toEqual(new Map([["token", "token-2"]]));
    expect(await members.left("ada")).toEqual(NOTHING);
  });

  it("that an operator takes away and gives back is opened anew, and both contexts are closed in the end", async () => {
    await members.create({ name: "ada", policy: "pages" });
    const refused = Promise.withResolvers<void>();
    const store = withCalls(members.stand.sessions, {
      renew: async (...args: Parameters<SessionStore["renew"]>) => {
        const renewed = await members.stand.sessions.renew(...args);
        if (renewed.kind === "fenced-out") setImmediate(refused.resolve);
        return renewed;
      },
    });
    const over = Promise.withResolvers<void>();
    const between = strategyThat(() => over.promise, { name: "between" });
    await members.stand.send(jobFor(visit, { session: "ada" }));
    await members.stand.send(jobFor(between));
    const settings = {
      SUBLET_RENEWAL_MS: "200",
      SUBLET_SESSION_LINGER_MS: "60000",
      SUBLET_REFILL_MS: "60000",
      SUBLET_REFILL_POLL_MS: "50",
    };
    const delivered = members.stand.deliver(members.container(settings, [visit, between], { store }));
    // The first job has left, and its context lingers, while the other job keeps the invocation going.
    await expect.poll(async () => (await members.stand.results()).length).toBe(1);
    await members.stand.sessions.setCondition("ada", { kind: "ready" }, Date.now());
    await refused.promise;
    await members.stand.send(jobFor(visit, { session: "ada" }));
    await expect.poll(async () => (await members.stand.results()).length, { timeout: 5_000 }).toBe(1);
    over.resolve();
    await delivered;
    expect((await members.read("ada"))?.fence).toBe(3);
    expect(await members.left("ada")).toEqual(NOTHING);
  });
});
