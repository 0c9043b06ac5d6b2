import { afterEach, beforeEach, expect, it } from "vitest";

import { TransientFailure } from "../../../functions/core/job/failures.ts";
import { MembersSite, quickLogin, sessionOf } from "./members-site.ts";
import { jobFor, strategyThat, WorkerStand } from "./worker-stand.ts";

const CONTAINERS = 5;

let stand: WorkerStand;
let site: MembersSite;
beforeEach(async () => {
  stand = await WorkerStand.start();
  site = new MembersSite();
  stand.browser.site = site.answer;
  stand.secrets.set("ssm:/sublet/ada", { username: "ada" });
  await stand.sessions.create(sessionOf({ name: "ada", policy: "shared" }), undefined, Date.now());
});
afterEach(() => stand.stop());

it("a shared login that ends under five containers' jobs is renewed by one of them, and all go on", async () => {
  let inside = 0;
  const everybodyIn = Promise.withResolvers<void>();
  const twice = strategyThat(async ({ page }) => {
    await page.goto("https://shop.example/one");
    inside += 1;
    if (inside === CONTAINERS) {
      site.expire("ada");
      everybodyIn.resolve();
    }
    await everybodyIn.promise;
    await page.goto("https://shop.example/two");
    if (!page.url().endsWith("/two")) throw new TransientFailure("Lost", "not the page");
    return "both";
  });
  for (let index = 0; index < CONTAINERS; index += 1) await stand.send(jobFor(twice, { session: "ada" }));
  const containers = Array.from({ length: CONTAINERS }, () =>
    stand.container([twice], {}, { sessions: stand.sessionRoom([quickLogin]) }),
  );
  const ends = await Promise.all(containers.map((one) => stand.deliver(one, { max: 1 })));
  const results = await stand.results();
  expect(results.map(({ kind, attempt }) => `${kind} ${attempt}`)).toEqual(Array(CONTAINERS).fill("completed 1"));
  expect(site.logins).toEqual(["ada", "ada"]);
  expect(ends.reduce((sum, { usage }) => sum + usage.sessions.refreshed, 0)).toBe(2);
  const record = await stand.sessions.read("ada");
  expect(record).toMatchObject({ condition: { kind: "ready" }, loginFence: 2 });
  expect(record?.holder).toBeUndefined();
});
