import { expect, onTestFinished, test, vi } from "vitest";

import { HealthWatch, type HealthRound } from "../../../../functions/browser/health/health-watch.ts";
import type { Log } from "../../../../functions/core/logging/log.ts";

function watchOf(look: HealthRound["look"]) {
  const complaints: string[] = [];
  const log: Log = { debug: () => {}, info: () => {}, warn: (text) => void complaints.push(text), error: () => {} };
  return { watch: new HealthWatch([{ name: "test", everyMs: 1, look }], log), complaints };
}

test("many looks leave no listener behind while the watch goes on", async () => {
  let listeners = 0;
  const added = vi.spyOn(AbortSignal.prototype, "addEventListener").mockImplementation(function (
    this: AbortSignal,
    ...how
  ) {
    listeners += 1;
    EventTarget.prototype.addEventListener.apply(this, how);
  });
  const removed = vi.spyOn(AbortSignal.prototype, "removeEventListener").mockImplementation(function (
    this: AbortSignal,
    ...how
  ) {
    listeners -= 1;
    EventTarget.prototype.removeEventListener.apply(this, how);
  });
  onTestFinished(() => {
    added.mockRestore();
    removed.mockRestore();
  });
  const enough = Promise.withResolvers<void>();
  let looks = 0;
  const { watch } = watchOf(async () => {
    looks += 1;
    if (looks === 20) enough.resolve();
  });
  watch.start();
  await enough.promise;
  expect(listeners).toBeLessThanOrEqual(1);
  await watch.stop();
});

test("a look under way hears of the stop, which waits for it, and none comes after it", async () => {
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  let looks = 0;
  const { watch } = watchOf(async (stopped) => {
    looks += 1;
    stopped.addEventListener("abort", () => setImmediate(() => over.resolve()));
    begun.resolve();
    await over.promise;
  });
  watch.start();
  await begun.promise;
  await watch.stop();
  await Promise.race([over.promise, Promise.reject(new Error("it didn't wait"))]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(looks).toBe(1);
});

test("a look that fails is told, and the next one comes", async () => {
  const enough = Promise.withResolvers<void>();
  let looks = 0;
  const { watch, complaints } = watchOf(async () => {
    looks += 1;
    if (looks === 3) enough.resolve();
    throw new Error("no");
  });
  watch.start();
  await enough.promise;
  await watch.stop();
  expect(complaints).toEqual(["health round test failed", "health round test failed", "health round test failed"]);
});
