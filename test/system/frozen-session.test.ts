import { randomUUID } from "node:crypto";

import { afterEach, expect, it } from "vitest";

import { snapshotOf } from "../../functions/core/session/state/states.ts";
import { signalTree } from "../../local/runtime/process-tree.ts";
import { SessionStack } from "./session-stack.ts";

let stack: SessionStack | undefined;
let mark: string | undefined;
afterEach(async () => {
  // A test that failed in between leaves nobody frozen.
  if (mark !== undefined) signalTree("SIGCONT", mark);
  await stack?.close();
});

/** Steps in the members' area that change a cookie, and then stay for a while. */
function preferenceJob(id: string, name: string, value: string, stayMs: number): string {
  const origin = stack?.origin ?? "";
  const steps = [
    { do: "goto", url: `${origin}/members/preference?name=${name}&value=${value}` },
    { do: "goto", url: `${origin}/slow?ms=${stayMs}` },
  ];
  const job = { v: 1, id, strategy: "recipe", site: stack?.system.host, session: "member-1", input: { steps } };
  return JSON.stringify(job);
}

async function storedPreference(running: SessionStack): Promise<string | undefined> {
  const { cookies } = snapshotOf(await running.state("member-1"), { nowMs: Date.now() });
  return cookies.find(({ name }) => name === "preference-colour")?.value;
}

it("a container frozen past its session's lease writes nothing when it thaws: refused, counted, and the session is whole", async () => {
  mark = `frozen-${randomUUID()}`;
  // No renewal in between: the first that the thawed container does with the session is to write.
  const environment = { SUBLET_TEST_MARK: mark, SUBLET_SESSION_LEASE_MS: "2000", SUBLET_RENEWAL_MS: "120000" };
  const running = await SessionStack.start({ containers: 2, members: { secondLogin: "refuse" }, environment });
  stack = running;
  await running.create({ name: "member-1" });

  await running.system.send([preferenceJob("frozen", "colour", "stale", 1_500)]);
  await expect
    .poll(() => running.system.shop.requests().filter(({ path }) => path.startsWith("/slow")).length, {
      timeout: 60_000,
    })
    .toBe(1);
  signalTree("SIGSTOP", mark);
  const first = await running.sessions.read("member-1");
  expect(first).toMatchObject({ fence: 1, holder: { fence: 1 } });

  // The test stands for the next container: it takes the session over when the lease has run out, and gives it back changed.
  const owner = { container: "the-next-one", invocation: "i" };
  const request = { name: "member-1", owner, durationMs: 60_000, purpose: "jobs" } as const;
  await expect
    .poll(async () => (await running.sessions.take(request, Date.now())).kind, { timeout: 30_000 })
    .toBe("taken");
  const taken = await running.sessions.read("member-1");
  if (taken?.holder === undefined) throw new Error("not taken");
  await running.sessions.release(taken.holder, { sealed: taken.sealed, uses: 1 }, Date.now());
  const before = await running.sessions.read("member-1");

  signalTree("SIGCONT", mark);
  await expect.poll(() => running.logged("session refused by fence"), { timeout: 60_000 }).toHaveLength(1);
  const after = await running.sessions.read("member-1");
  expect(after).toMatchObject({ fence: 2, uses: 1, fencedOut: 1, condition: { kind: "ready" } });
  expect(after?.sealed).toEqual(before?.sealed);
  // Kept with the job's checkpoint, before the freeze and under its lease.
  expect(await storedPreference(running)).toBe("stale");
  await expect
    .poll(() => running.system.lines.flatMap((line) => line["SessionsFencedOut"]), { timeout: 60_000 })
    .toContain(1);

  // And it works on: the next job finds the session, logged in.
  await running.system.send([preferenceJob("after", "colour", "fresh", 0)]);
  const results = await running.system.results(2, 0);
  expect(results.map(({ kind }) => kind)).toEqual(["completed", "completed"]);
  expect(await storedPreference(running)).toBe("fresh");
});
