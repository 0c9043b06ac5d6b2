import { afterEach, beforeEach, expect, it } from "vitest";

import { TransientFailure } from "../../../functions/core/job/failures.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import { MembersStand, NOTHING, withCalls } from "./members-stand.ts";
import { jobFor, strategyThat } from "./worker-stand.ts";

let members: MembersStand;
beforeEach(async () => {
  members = await MembersStand.start();
  await members.create({ name: "ada", policy: "shared" });
});
afterEach(() => members.stand.stop());

/** The second one comes with the cookie that the first one's visit has replaced, and the site clears it. */
it.each([
  { shown: "by the login page", shows: true },
  { shown: "only to who asks", shows: false },
])("a container whose cookie came too late doesn't take the others' away: shown $shown", async ({ shows }) => {
  const inSecond = Promise.withResolvers<void>();
  const rotated = Promise.withResolvers<void>();
  let runs = 0;
  const late = strategyThat(
    async ({ page }) => {
      runs += 1;
      if (runs === 1) {
        inSecond.resolve();
        await rotated.promise;
      }
      await page.goto("https://shop.example/orders").catch(() => {});
      if (!page.url().endsWith("/orders")) throw new TransientFailure("Lost", "not the page");
      return "seen";
    },
    { name: "late" },
  );
  const rotates = strategyThat(
    async ({ page }) => {
      await inSecond.promise;
      await page.goto("https://shop.example/rotate");
      return "rotated";
    },
    { name: "rotates" },
  );
  members.stand.browser.site = async (url, cookies) => {
    if (url.pathname === "/rotate") cookies.set("token", members.site.rotate(cookies.get("token") ?? ""));
    const end = await members.site.answer(url, cookies);
    return !shows && end.endsWith("/login") ? "https://shop.example/welcome" : end;
  };
  await members.stand.send(jobFor(late, { session: "ada" }));
  let told = 0;
  const store = withCalls(members.stand.sessions, {
    amend: (...args: Parameters<SessionStore["amend"]>) => {
      told += 1;
      return members.stand.sessions.amend(...args);
    },
  });
  const second = members.stand.deliver(members.container({}, [late, rotates], { store }));
  await inSecond.promise;
  await members.stand.send(jobFor(rotates, { session: "ada" }));
  await members.stand.deliver(members.container({}, [late, rotates]));
  rotated.resolve();
  await second;
  expect((await members.stand.results()).map(({ output, attempt }) => `${String(output)} ${attempt}`)).toEqual([
    "rotated 1",
    "seen 1",
  ]);
  // The late one took over the newer cookie instead of logging in, which would have ended the others' login.
  expect(members.site.logins).toEqual(["ada"]);
  expect(told).toBe(0);
  expect(await members.storedCookies("ada")).toEqual(new Map([["token", "token-2"]]));
  expect(await members.left("ada")).toEqual(NOTHING);
});
