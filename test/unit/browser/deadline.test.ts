import { expect, test, vi } from "vitest";

import { BrowserDeadlineExceeded, withDeadline } from "../../../functions/browser/deadline.ts";

test("passes on what settles in time, and leaves no timer", async () => {
  vi.useFakeTimers();
  await expect(withDeadline(Promise.resolve(7), 100, "x")).resolves.toBe(7);
  await expect(withDeadline(Promise.reject(new Error("no")), 100, "x")).rejects.toThrow("no");
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("throws at the deadline, and what comes later is nobody's unhandled rejection", async () => {
  const late = Promise.withResolvers<never>();
  const raced = withDeadline(late.promise, 5, "closing a context");
  await expect(raced).rejects.toEqual(new BrowserDeadlineExceeded("closing a context", 5));
  await expect(raced).rejects.toMatchObject({ what: "closing a context", afterMs: 5 });
  late.reject(new Error("late"));
});
