import { expect, test } from "vitest";

import { BrowserUnavailable } from "../../../functions/browser/launch-failures.ts";
import { liveMembers } from "../../../functions/browser/process-group.ts";
import { openPool, pidOf, request } from "./pool-fixture.ts";
import { wrappedChromium } from "./wrapped-chromium.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };

test("a killed browser loses every lease, its replacement comes by itself, and the next lease works", async () => {
  const { pool, event, foldersLeft } = await openPool();
  const leases = await Promise.all([1, 2, 3, 4].map(() => pool.leaseContext(request())));
  const dead = pidOf(pool);
  process.kill(-dead, "SIGKILL");

  const losses = await Promise.all(leases.map(({ lost }) => lost));
  expect(losses).toEqual(
    leases.map(() => ({ what: "browser", detail: "signal SIGKILL", browser: "browser-1", neighbours: 4 })),
  );
  expect(leases.map((lease) => lease.state().kind)).toEqual(leases.map(() => "ended"));
  expect(await event("browser-died")).toMatchObject({ leases: 4, detail: "signal SIGKILL" });
  expect(pool.status().contexts).toMatchObject({ leased: 0, closing: 0 });

  // Nobody asks for a lease: the replacement is launched all the same.
  await event("browser-launched", 2);
  const next = await pool.leaseContext(request());
  expect(await next.page.evaluate(() => 1 + 1)).toBe(2);
  await pool.settled();
  expect(await liveMembers(dead)).toEqual([]);
  expect(await foldersLeft()).toHaveLength(1);
  expect(pool.status()).toMatchObject({ launches: 2, crashes: 1, contexts: { leased: 1 } });
});

test("a death while contexts are being opened is survived by those who wait", async () => {
  const { pool, event } = await openPool({ pristine: NONE });
  await pool.start();
  const waiting = [1, 2, 3].map(() => pool.leaseContext(request()));
  process.kill(-pidOf(pool), "SIGKILL");
  const leases = await Promise.all(waiting);
  await event("browser-launched", 2);
  // A context that was opened before the death is lost, the others are in the new browser; either way it is said.
  for (const lease of leases) {
    const works = await lease.page.evaluate(() => true).catch(() => false);
    expect(works).toBe(lease.state().kind === "leased");
  }
});

test("a close that hangs condemns its browser: the slot comes back, the replacement is first, the old one is killed", async () => {
  const { pool, events, event } = await openPool({ pristine: NONE, closeDeadlineMs: 300, condemnedGraceMs: 60_000 });
  const [hanging, neighbour] = await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  const sick = pidOf(pool);
  process.kill(sick, "SIGSTOP");

  await hanging.release();
  expect(hanging.state()).toEqual({ kind: "ended", reason: "released" });
  expect(pool.status().contexts.leased).toBe(1);
  expect(await event("browser-condemned")).toMatchObject({ reason: "close-deadline" });
  // The sick one is still there, with its neighbour in it, and nobody waits for it.
  const next = await pool.leaseContext(request());
  expect(await next.page.evaluate(() => 1 + 1)).toBe(2);
  expect(pidOf(pool)).not.toBe(sick);
  expect(neighbour.state().kind).toBe("leased");
  expect(pool.status().others).toMatchObject([{ state: "retired", retireReason: "close-deadline" }]);

  await neighbour.release();
  await event("browser-closed");
  expect(await liveMembers(sick)).toEqual([]);
  const kinds = events.map(({ kind }) => kind);
  expect(kinds.indexOf("browser-closed")).toBeGreaterThan(kinds.lastIndexOf("browser-launched"));
});

test("a condemned browser whose leases don't end is killed when their time is over, and they hear of it", async () => {
  const { pool, event } = await openPool({ pristine: NONE, closeDeadlineMs: 200, condemnedGraceMs: 300 });
  const [hanging, neighbour] = await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  const sick = pidOf(pool);
  process.kill(sick, "SIGSTOP");
  await hanging.release();
  expect(await neighbour.lost).toMatchObject({ what: "browser" });
  await event("browser-closed");
  expect(await liveMembers(sick)).toEqual([]);
});

test("known-bad twin: a close that works condemns nobody", async () => {
  const { pool, events } = await openPool({ pristine: NONE, closeDeadlineMs: 5_000 });
  const leases = await Promise.all([pool.leaseContext(request()), pool.leaseContext(request())]);
  await Promise.all(leases.map((lease) => lease.release()));
  expect(events.map(({ kind }) => kind)).toEqual(["browser-launched"]);
});

test("after a freeze the browser is alive; one that doesn't answer is replaced", async () => {
  const { pool, events } = await openPool({ pingDeadlineMs: 400 });
  await pool.start();
  await pool.settled();
  const group = pidOf(pool);
  process.kill(-group, "SIGSTOP");
  process.kill(-group, "SIGCONT");
  expect(await pool.thawCheck()).toMatchObject({ kind: "alive" });
  expect(pidOf(pool)).toBe(group);

  const lease = await pool.leaseContext(request());
  process.kill(-group, "SIGSTOP");
  expect(await pool.thawCheck()).toMatchObject({
    kind: "replaced",
    detail: expect.stringMatching(/longer than 400 ms/u),
  });
  expect(pidOf(pool)).not.toBe(group);
  expect(await lease.lost).toMatchObject({ what: "browser" });
  await pool.settled();
  expect(await liveMembers(group)).toEqual([]);
  expect(events.filter(({ kind }) => kind === "browser-died")).toHaveLength(1);
});

test("a thaw check finds a browser that died in the freeze replaced", async () => {
  const { pool } = await openPool();
  await pool.start();
  process.kill(-pidOf(pool), "SIGKILL");
  const report = await pool.thawCheck();
  expect(report.kind).toBe("replaced");
  expect(pool.status().phase).toBe("up");
});

test("no browser at all: each lease says why, and tries again", async () => {
  const { pool, event, foldersLeft } = await openPool({
    chromiumDir: await wrappedChromium("echo libnss3.so missing >&2; exit 127"),
  });
  expect(await pool.start()).toMatchObject({ phase: "down", rung: "none" });
  const error = await pool.leaseContext(request()).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BrowserUnavailable);
  expect((error as BrowserUnavailable).message).toContain("libnss3.so missing");
  expect(await event("launch-failed", 2)).toMatchObject({ failures: [{ rung: "zygote" }, {}, {}] });
  expect(await pool.thawCheck()).toMatchObject({ kind: "unavailable" });
  expect(await foldersLeft()).toEqual([]);
});
