import { expect, test } from "vitest";

import { openPool, request } from "../browser/pool-fixture.ts";
import { openHostileSite } from "./hostile-site.ts";

const NONE = { default: 0, stealth: 0, mobile: 0 };
const TALKERS = { itself: "/talkative", "its frames": "/talkative-frames", "its worker": "/talkative-worker" };

test.each(Object.entries(TALKERS))(
  "a page that talks far too much by %s, but lets others in, only loses its console",
  async (_who, path) => {
    const site = await openHostileSite();
    const { pool, events } = await openPool({ pristine: NONE });
    const lease = await pool.leaseContext(request());
    let heard = 0;
    lease.page.on("console", () => (heard += 1));
    await lease.page.goto(`${site.origin}${path}`);
    // It says 4,800 things in all, 1,600 a second, and then that it is done.
    await lease.page.waitForFunction(() => document.title === "done", undefined, { timeout: 40_000 });
    expect(lease.state().kind).toBe("leased");
    expect(heard).toBeGreaterThan(0);
    expect(heard).toBeLessThan(3_000);
    expect(await lease.page.evaluate(() => String(console.log))).toMatch(/\[native code\]/u);

    // Its next document is heard again.
    const next = lease.page.waitForEvent("console", (message) => message.text() === "hello");
    await lease.page.goto(`${site.origin}/quiet`);
    await lease.page.evaluate(() => console.log("hello"));
    await next;
    await lease.release();
    expect(events.map(({ kind }) => kind)).toEqual(["browser-launched"]);
  },
);
