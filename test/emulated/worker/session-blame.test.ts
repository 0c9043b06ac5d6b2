import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EndpointUnavailable } from "../../../functions/browser/cdp/endpoint-unavailable.ts";
import { PermanentFailure, TransientFailure } from "../../../functions/core/job/failures.ts";
import type { ReceivedMessage } from "../../../functions/core/job/job-queue.ts";
import type { SessionPolicy } from "../../../functions/core/session/session.ts";
import { MembersStand, NOTHING, visit, withCalls } from "./members-stand.ts";
import { jobFor, strategyThat } from "./worker-stand.ts";

let members: MembersStand;
beforeEach(async () => {
  members = await MembersStand.start();
});
afterEach(() => members.stand.stop());

const POLICIES: readonly { readonly policy: SessionPolicy }[] = [
  { policy: "exclusive" },
  { policy: "pages" },
  { policy: "shared" },
];
const AT_ONCE = { SUBLET_MAX_SLOTS: "1" };

const fails = strategyThat(async ({ page, input }) => {
  await page.goto("https://shop.example/orders");
  throw input["permanent"] === true
    ? new PermanentFailure("NotOnPage", "the job asks for what isn't there")
    : new TransientFailure("HttpUnavailable", "503");
});

describe.each(POLICIES)("who is to blame for what happens in a session: $policy", ({ policy }) => {
  beforeEach(() => members.create({ name: "ada", policy }));

  it("a browser that dies under a login is a crash, and the session stays as it is", async () => {
    members.stand.browser.before = (_what, url) => {
      if (url?.includes("/sign-in")) members.stand.browser.crash("browser");
    };
    await members.stand.send(jobFor(visit, { session: "ada", attempts: 2 }));
    const { usage } = await members.stand.deliver(members.container());
    expect(usage.outcomes).toEqual([{ jobClass: "extraction", kind: "crashed", count: 1 }]);
    expect(usage.sessions.quarantined).toBe(0);
    expect((await members.read("ada"))?.condition).toEqual({ kind: "ready" });
    expect(await members.left("ada")).toEqual(NOTHING);
  });

  it("jobs that fail for good say nothing about it, and are counted as uses", async () => {
    for (let index = 0; index < 5; index += 1) {
      await members.stand.send(jobFor(fails, { session: "ada", input: { permanent: true } }));
    }
    await members.stand.deliver(members.container(AT_ONCE, [fails]));
    expect(await members.read("ada")).toMatchObject({ condition: { kind: "ready" }, errorScore: { value: 0 } });
  });

  it("a job that fails again is counted once, and its site's own bad moment doesn't cost the session", async () => {
    await members.stand.send(jobFor(fails, { session: "ada", attempts: 4 }));
    const { queue } = members.stand;
    const atOnce = withCalls(queue, { giveBack: (message: ReceivedMessage) => queue.giveBack(message, 0) });
    const container = members.container({}, [fails], { change: { queue: atOnce } });
    for (let attempt = 1; attempt <= 4; attempt += 1) await members.stand.deliver(container);
    expect((await members.stand.results()).map(({ kind, attempt }) => `${kind} ${attempt}`)).toEqual(["failed 4"]);
    expect((await members.read("ada"))?.condition).toEqual({ kind: "ready" });
  });

  it("three jobs that fail in it put it aside, each counted once, however many containers they are in", async () => {
    for (let index = 0; index < 3; index += 1) await members.stand.send(jobFor(fails, { session: "ada" }));
    const containers = policy === "shared" ? 3 : 1;
    const deliveries = Array.from({ length: containers }, async () =>
      members.stand.deliver(members.container(AT_ONCE, [fails]), { max: 3 / containers }),
    );
    const ends = await Promise.all(deliveries);
    expect(await members.read("ada")).toMatchObject({ condition: { kind: "unhealthy" } });
    expect(ends.reduce((sum, { usage }) => sum + usage.sessions.quarantined, 0)).toBe(1);
    expect(await members.left("ada")).toEqual(NOTHING);
  });
});

describe.each([{ policy: "exclusive" }, { policy: "pages" }] as const)(
  "a browser of its own: $policy",
  ({ policy }) => {
    it.each([
      { endpoint: "ws://127.0.0.1:1/", outcome: "session-unavailable", condition: "unhealthy" },
      { endpoint: undefined, outcome: "crashed", condition: "ready" },
    ])("that isn't there puts the session aside: $endpoint", async ({ endpoint, outcome, condition }) => {
      await members.create({ name: "ada", policy, ...(endpoint === undefined ? {} : { endpoint }) });
      members.stand.browser.before = (what) => {
        if (what === "leaseContext") throw new EndpointUnavailable("ws://127.0.0.1:1/", "refused", "Start it.");
      };
      await members.stand.send(jobFor(visit, { session: "ada", attempts: 2 }));
      const { usage } = await members.stand.deliver(members.container());
      expect(usage.outcomes.map(({ kind }) => kind)).toEqual([outcome]);
      expect((await members.read("ada"))?.condition.kind).toBe(condition);
      expect(await members.left("ada")).toEqual(NOTHING);
    });
  },
);
