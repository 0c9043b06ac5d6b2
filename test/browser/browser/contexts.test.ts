import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import type { ContextLease } from "../../../functions/browser/context-lease.ts";
import { liveMembers } from "../../../functions/browser/process-group.ts";
import { openPool, pidOf, request, seededRandom, shuffled } from "./pool-fixture.ts";
import { openTenantSite } from "./tenant-site.ts";

const CONTEXTS = 12;

/** Goes to the site, leaves a name there and reads it again: the context works and is its holder's own. */
async function use({ page }: ContextLease, origin: string, name: string): Promise<string> {
  await page.goto(origin);
  return page.evaluate((value) => {
    localStorage.setItem("name", `${localStorage.getItem("name") ?? ""}${value}`);
    return localStorage.getItem("name") ?? "";
  }, name);
}

test.each([1, 2, 3])(
  "twelve contexts open, work and close in any order (seed %i); a crash in one is nobody else's",
  async (seed) => {
    const random = seededRandom(seed);
    const { origin } = await openTenantSite();
    const { pool, events } = await openPool();
    const opened = await Promise.all(Array.from({ length: CONTEXTS }, () => pool.leaseContext(request())));
    const named = opened.map((lease, index) => ({ lease, name: `<${index}>` }));

    const used = shuffled(named, random);
    expect(await Promise.all(used.map(({ lease, name }) => use(lease, origin, name)))).toEqual(
      used.map(({ name }) => name),
    );

    const [crashing, ...others] = shuffled(named, random);
    await crashing?.lease.page.goto("chrome://crash").catch(() => {});
    expect(await crashing?.lease.lost).toMatchObject({ what: "renderer" });
    expect(crashing?.lease.state()).toMatchObject({ kind: "ended", reason: "renderer-died" });

    // Close one, use the rest, until none is left.
    let left = others;
    while (left.length > 0) {
      const [closing, ...rest] = shuffled(left, random);
      const [, ...seen] = await Promise.all([
        closing?.lease.release(),
        ...rest.map(({ lease }) => lease.page.evaluate(() => localStorage.getItem("name"))),
      ]);
      expect(seen).toEqual(rest.map(({ name }) => name));
      left = rest;
    }
    await pool.settled();
    expect(pool.status()).toMatchObject({ phase: "up", contexts: { leased: 0, closing: 0, opening: 0 }, crashes: 0 });
    expect(events.filter(({ kind }) => kind === "renderer-died")).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === "browser-launched")).toHaveLength(1);
  },
);

test("a stopped renderer keeps neither its context nor its process", async () => {
  const { origin } = await openTenantSite();
  const { pool } = await openPool({ pristine: { default: 0, stealth: 0, mobile: 0 } });
  const lease = await pool.leaseContext(request());
  await lease.page.goto(origin);
  const { renderers, others } = await membersOf(pidOf(pool));
  for (const pid of renderers) process.kill(pid, "SIGSTOP");

  await lease.release();
  expect(pool.status()).toMatchObject({ phase: "up", contexts: { leased: 0, closing: 0 } });
  await expect.poll(async () => (await membersOf(pidOf(pool))).renderers, { timeout: 10_000 }).toEqual([]);
  expect((await membersOf(pidOf(pool))).others).toEqual(others);
});

async function membersOf(group: number): Promise<{ renderers: number[]; others: number[] }> {
  const members = await Promise.all(
    (await liveMembers(group)).map(async ({ pid }) => ({
      pid,
      renderer: (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("--type=renderer"),
    })),
  );
  const pids = (renderer: boolean) => members.filter((one) => one.renderer === renderer).map(({ pid }) => pid);
  return { renderers: pids(true), others: pids(false) };
}

test("a release gives the slot back once, whoever asks how often; the first reason stays", async () => {
  const { pool } = await openPool();
  const lease = await pool.leaseContext(request());
  expect(pool.status().contexts.leased).toBe(1);
  await Promise.all([lease.release(), lease.release({ unhealthy: "late" }), lease.release()]);
  expect(lease.state()).toEqual({ kind: "ended", reason: "released" });
  expect(pool.status().contexts.leased).toBe(0);
});

test("an aborted signal ends its lease, and one that aborts while it waits gets nothing and leaves nothing", async () => {
  const { pool } = await openPool();
  const early = new AbortController();
  const waiting = pool.leaseContext(request({ signal: early.signal }));
  early.abort(new Error("too late"));
  await expect(waiting).rejects.toThrow("too late");

  const running = new AbortController();
  const lease = await pool.leaseContext(request({ signal: running.signal }));
  running.abort(new Error("the job is over"));
  expect(lease.state()).toEqual({ kind: "ended", reason: "aborted", detail: "the job is over" });
  await pool.settled();
  await expect.poll(() => pool.status().contexts).toMatchObject({ leased: 0, opening: 0, closing: 0 });

  await expect(pool.leaseContext(request({ signal: AbortSignal.abort(new Error("over")) }))).rejects.toThrow("over");
});
