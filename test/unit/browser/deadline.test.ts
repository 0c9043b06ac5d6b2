import { readFile } from "node:fs/promises";

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

test("an answer that came while this process itself was held up is in time", async () => {
  // Read by another thread, and delivered by the event loop, whose timers come first.
  const answer = withDeadline(readFile(import.meta.filename, "utf8"), 20, "an answer");
  const heldUpUntilMs = performance.now() + 200;
  while (performance.now() < heldUpUntilMs);
  expect(await answer).toContain("held up");
});

test("known-bad twin: a plain timer calls it late", async () => {
  const late = new Promise((resolve) => setTimeout(resolve, 20, "late"));
  const answer = Promise.race([readFile(import.meta.filename, "utf8"), late]);
  const heldUpUntilMs = performance.now() + 200;
  while (performance.now() < heldUpUntilMs);
  expect(await answer).toBe("late");
});

test("who was held up waits once more, not for ever", async () => {
  const raced = withDeadline(new Promise(() => {}), 20, "a ping");
  const heldUpUntilMs = performance.now() + 200;
  while (performance.now() < heldUpUntilMs);
  await expect(raced).rejects.toThrow("a ping took longer than 20 ms");
});
