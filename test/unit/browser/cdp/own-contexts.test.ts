import { expect, test } from "vitest";

import { OwnContexts } from "../../../../functions/browser/cdp/own-contexts.ts";

const attached = (browserContextId: string, more: object = {}, type = "page") => ({
  method: "Target.attachedToTarget",
  params: {
    sessionId: "s1",
    waitingForDebugger: true,
    targetInfo: { targetId: "t1", type, url: "", browserContextId, ...more },
  },
});

test("targets of a context that this connection made are its own; all others are foreign", () => {
  const own = new OwnContexts();
  own.sent({ id: 5, method: "Target.createBrowserContext" });
  expect(own.foreignTarget(attached("mine"))).toBeDefined();
  own.received({ id: 5, result: { browserContextId: "mine" } });
  expect(own.foreignTarget(attached("mine"))).toBeUndefined();
  expect(own.foreignTarget(attached("theirs"))).toEqual({ sessionId: "s1", holdMs: 0 });
});

test("only another's popup is held before it is let go", () => {
  const own = new OwnContexts();
  expect(own.foreignTarget(attached("theirs", { openerId: "t0" }))?.holdMs).toBeGreaterThan(0);
  expect(own.foreignTarget(attached("theirs", { openerId: "t0" }, "other"))?.holdMs).toBe(0);
});

test("the browser itself, frames of own pages and other messages aren't foreign", () => {
  const own = new OwnContexts();
  expect(own.foreignTarget(attached("theirs", {}, "browser"))).toBeUndefined();
  expect(own.foreignTarget({ ...attached("theirs"), sessionId: "page" })).toBeUndefined();
  expect(own.foreignTarget({ method: "Page.frameNavigated", params: {} })).toBeUndefined();
  own.received({ id: 5, error: { message: "refused" } });
});
