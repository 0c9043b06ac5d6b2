import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";

import { withDeadline } from "../../../functions/browser/deadline.ts";
import { openPool, pidOf, request } from "../browser/pool-fixture.ts";
import { renderersOf } from "./renderers.ts";

/** What a waiting context's renderer may come to between its last check and its lease. */
const ENDS: Readonly<Record<string, (pids: readonly number[], pages: readonly Page[]) => Promise<void>>> = {
  "is stopped": async (pids) => {
    for (const pid of pids) process.kill(pid, "SIGSTOP");
  },
  "is killed": async (pids) => {
    for (const pid of pids) process.kill(pid, "SIGKILL");
  },
  crashes: async (_pids, pages) => {
    for (const page of pages) {
      const session = await page.context().newCDPSession(page);
      session.send("Page.crash").catch(() => {});
      // It is never answered; what is sent after it and answered shows that it is out.
      await page.context().cookies();
    }
  },
};

/** A pool with two pristine contexts and nothing else open. */
async function poolWithTwoWaiting() {
  const fixture = await openPool({ pristine: { default: 2, stealth: 0, mobile: 0 }, answerDeadlineMs: 1_000 });
  const { pool } = fixture;
  const probe = await pool.leaseContext(request());
  const browser = probe.context.browser();
  await probe.release();
  await pool.settled();
  const group = pidOf(pool);
  await expect.poll(() => renderersOf(group), { timeout: 20_000 }).toHaveLength(2);
  const waiting = (): readonly BrowserContext[] => browser?.contexts().filter((one) => one.pages().length > 0) ?? [];
  return { ...fixture, group, waiting };
}

test.each(Object.entries(ENDS))("a waiting context whose renderer %s is never leased", async (_name, end) => {
  const { pool, group, waiting } = await poolWithTwoWaiting();
  const stale = new Set(waiting());
  expect(stale.size).toBe(2);
  await end(
    await renderersOf(group),
    [...stale].flatMap((context) => context.pages()),
  );

  const leases = await Promise.all([1, 2, 3].map(() => pool.leaseContext(request())));
  for (const lease of leases) {
    expect(stale.has(lease.context)).toBe(false);
    expect(await lease.page.evaluate(() => 1 + 1)).toBe(2);
    expect(lease.state().kind).toBe("leased");
  }
  // The browser isn't to blame: it lives on, and keeps two ready again.
  await pool.settled();
  expect(pool.status()).toMatchObject({ launches: 1, contexts: { leased: 3, pristine: 2, closing: 0 } });
});

test("known-bad twin: without the proof the lease would be one of those that answer nothing", async () => {
  const { group, waiting } = await poolWithTwoWaiting();
  for (const pid of await renderersOf(group)) process.kill(pid, "SIGSTOP");
  // All that the pool knows of them without asking: they are open, and nobody was told of a crash.
  const pages = waiting().flatMap((context) => context.pages());
  expect(pages.map((page) => page.isClosed())).toEqual([false, false]);
  const answers = pages.map((page) => withDeadline(page.evaluate("1"), 1_000, "an answer"));
  expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

test("what waits and answers is leased as before", async () => {
  const { pool, waiting } = await poolWithTwoWaiting();
  const ready = new Set(waiting());
  const leases = await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  expect(leases.map(({ allocation }) => allocation.temperature)).toEqual(["hot", "hot"]);
  expect(leases.every(({ context }) => ready.has(context))).toBe(true);
});
