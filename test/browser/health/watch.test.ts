import { expect, test } from "vitest";

import { liveMembers } from "../../../functions/browser/process-group.ts";
import { openPool, pidOf, request } from "../browser/pool-fixture.ts";
import { renderersOf } from "./renderers.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };
const ONE = { default: 1, stealth: 0, mobile: 0 };

test("a browser that answers nothing is killed: its leases are lost, and its replacement comes at once", async () => {
  const { pool, event } = await openPool({ pristine: NONE, pingEveryMs: 50 });
  const leases = await Promise.all([1, 2, 3].map(() => pool.leaseContext(request())));
  const hung = pidOf(pool);
  const watch = pool.watch();
  process.kill(hung, "SIGSTOP");

  const losses = await Promise.all(leases.map(({ lost }) => lost));
  expect(losses).toEqual(
    leases.map(() => ({
      what: "browser",
      detail: expect.stringContaining("its process is stopped") as string,
      browser: "browser-1",
      neighbours: 3,
    })),
  );
  expect(await event("browser-condemned")).toMatchObject({ reason: "ping-deadline" });
  await event("browser-launched", 2);
  const next = await pool.leaseContext(request());
  expect(await next.page.evaluate(() => 1 + 1)).toBe(2);
  await watch.stop();
  await pool.settled();
  expect(await liveMembers(hung)).toEqual([]);
  expect(pool.status()).toMatchObject({ launches: 2, crashes: 1 });
});

test("known-bad twin: without a watch nobody notices", async () => {
  const { pool, events } = await openPool({ pristine: NONE, pingEveryMs: 50, pingDeadlineMs: 200 });
  const lease = await pool.leaseContext(request());
  await pool.watch().stop();
  process.kill(pidOf(pool), "SIGSTOP");
  const answer = lease.cookies().then(
    () => "answered",
    () => "refused",
  );
  const quiet = await Promise.race([answer, lease.lost, new Promise((resolve) => setTimeout(resolve, 1_500, "quiet"))]);
  expect(quiet).toBe("quiet");
  expect(events.map(({ kind }) => kind)).toEqual(["browser-launched"]);
  expect(lease.state().kind).toBe("leased");
});

test("a waiting context whose renderer hangs is replaced while nobody asks for it, and the other is left alone", async () => {
  const { pool, event, events } = await openPool({ pristine: ONE, idleCheckMs: 50 });
  const held = await pool.leaseContext(request());
  const heldRenderers = await renderersOf(pidOf(pool));
  await pool.settled();
  await expect.poll(async () => (await renderersOf(pidOf(pool))).length, { timeout: 20_000 }).toBe(2);
  const waiting = (await renderersOf(pidOf(pool))).filter((pid) => !heldRenderers.includes(pid));
  for (const pid of waiting) process.kill(pid, "SIGSTOP");

  const watch = pool.watch();
  expect(await event("context-retired")).toMatchObject({ browser: "browser-1", reason: "silent" });
  await watch.stop();
  await pool.settled();
  expect(pool.status()).toMatchObject({ launches: 1, contexts: { leased: 1, pristine: 1, closing: 0 } });
  expect(events.filter(({ kind }) => kind === "context-retired")).toHaveLength(1);
  const next = await pool.leaseContext(request());
  expect(next.allocation.temperature).toBe("hot");
  expect(await next.page.evaluate(() => 1 + 1)).toBe(2);
  expect(await held.page.evaluate(() => 1 + 1)).toBe(2);
});

test("a used context that navigates slowly is retired; one that doesn't is kept", async () => {
  const { pool, event } = await openPool({ pristine: ONE, idleCheckMs: 20, affinityTtlMs: 600_000 });
  const [worn, sound] = await Promise.all(
    ["worn", "sound"].map((affinityKey) => pool.leaseContext(request({ affinityKey }))),
  );
  // What a context gathers over its uses, in one piece.
  await worn?.context.addInitScript(() => {
    const untilMs = performance.now() + 500;
    while (performance.now() < untilMs);
  });
  await Promise.all([worn?.release(), sound?.release()]);
  expect(pool.status().contexts.warm).toBe(2);

  const watch = pool.watch();
  expect(await event("context-retired")).toMatchObject({ reason: "wear" });
  await watch.stop();
  await pool.settled();
  expect(pool.status().contexts).toMatchObject({ warm: 1, closing: 0 });
  const kept = await pool.leaseContext(request({ affinityKey: "sound" }));
  expect(kept.context).toBe(sound?.context);
  const replaced = await pool.leaseContext(request({ affinityKey: "worn" }));
  expect(replaced.context).not.toBe(worn?.context);
  // What was timed leaves nothing that a tenant could tell.
  expect(await replaced.page.evaluate(() => [location.href, history.length])).toEqual(["about:blank", 1]);
});

test("a lease in the middle of a look waits for its end, and gets a blank page that works", async () => {
  const { pool, events } = await openPool({ pristine: ONE, idleCheckMs: 1, affinityTtlMs: 600_000 });
  const watch = pool.watch();
  const contexts = new Set<unknown>();
  for (let round = 0; round < 15; round += 1) {
    const lease = await pool.leaseContext(request({ affinityKey: "shop" }));
    contexts.add(lease.context);
    expect(await lease.page.evaluate(() => document.title)).toBe("");
    await lease.page.evaluate((title) => void (document.title = title), `round ${round}`);
    expect(await lease.page.title()).toBe(`round ${round}`);
    await lease.release();
  }
  await watch.stop();
  expect(contexts.size).toBe(1);
  expect(events.filter(({ kind }) => kind === "context-retired")).toEqual([]);
});
