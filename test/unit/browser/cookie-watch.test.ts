import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { watchCookies } from "../../../functions/browser/state/cookie-watch.ts";
import type { SnapshotCookie } from "../../../functions/core/session/state/session-state.ts";

const EVERY_MS = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function cookie(value: string, name = "id"): SnapshotCookie {
  return { name, value, domain: "shop", path: "/", expires: -1, httpOnly: true, secure: true, sameSite: "Lax" };
}

function stand(throttleMs = EVERY_MS) {
  let jar: readonly SnapshotCookie[] = [cookie("0")];
  let refuses = false;
  const readAtMs: number[] = [];
  const told: string[] = [];
  const listeners = new Set<() => void>();
  const end = new AbortController();
  const startedAtMs = performance.now();
  const watch = watchCookies({
    read: async () => {
      readAtMs.push(performance.now() - startedAtMs);
      if (refuses) throw new Error("no answer");
      return jar;
    },
    onAnswer: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onCookies: (cookies) => void told.push(cookies.map(({ value }) => value).join()),
    everyMs: throttleMs,
    wallMs: () => performance.now(),
    ended: end.signal,
  });
  return {
    watch,
    told,
    readAtMs,
    listeners,
    end: () => end.abort(),
    refuse: (does: boolean) => (refuses = does),
    answer: (...cookies: readonly SnapshotCookie[]) => {
      jar = cookies;
      for (const listener of listeners) listener();
    },
    set: (...cookies: readonly SnapshotCookie[]) => (jar = cookies),
  };
}

test("the first answer is read at once, later ones no closer than everyMs, and the last one is never missed", async () => {
  const { told, readAtMs, answer } = stand();
  await vi.advanceTimersByTimeAsync(10);
  for (let value = 1; value <= 250; value += 1) {
    answer(cookie(String(value)));
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  expect(readAtMs).toEqual([0, 10, 1_010, 2_010, 3_010]);
  expect(told.at(-1)).toBe("250");
  expect(vi.getTimerCount()).toBe(0);
});

test("known-bad twin: without a throttle each answer costs a read", async () => {
  const { readAtMs, answer } = stand(0);
  await vi.advanceTimersByTimeAsync(10);
  for (let value = 1; value <= 250; value += 1) {
    answer(cookie(String(value)));
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(readAtMs).toHaveLength(251);
});

test("an answer before the first read is over is told, though there is nothing to compare it with", async () => {
  const { told, answer } = stand();
  answer(cookie("1"));
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(told).toEqual(["1"]);
});

test("the same cookies in another order, or read anew, are no change", async () => {
  const { told, watch, answer } = stand();
  answer(cookie("0"), cookie("9", "other"));
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  answer(cookie("9", "other"), cookie("0"));
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await watch.stop();
  expect(told).toHaveLength(1);
});

test("a read that fails tells nothing, and the next one tells all", async () => {
  const { told, watch, answer, refuse } = stand();
  await vi.advanceTimersByTimeAsync(1);
  refuse(true);
  answer(cookie("1"));
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(told).toEqual([]);
  refuse(false);
  await watch.stop();
  expect(told).toEqual(["1"]);
});

test("a stop reads once more however often it is asked, and leaves no timer and no listener", async () => {
  const { told, watch, set, answer, listeners, readAtMs } = stand();
  await vi.advanceTimersByTimeAsync(1);
  answer(cookie("1"));
  set(cookie("2"));
  expect(vi.getTimerCount()).toBe(1);
  await Promise.all([watch.stop(), watch.stop()]);
  await watch.stop();
  expect([told, readAtMs.length, listeners.size, vi.getTimerCount()]).toEqual([["2"], 2, 0, 0]);
});

test("the lease's end ends it without a read", async () => {
  const { watch, answer, end, listeners, readAtMs, told } = stand();
  await vi.advanceTimersByTimeAsync(1);
  answer(cookie("1"));
  end();
  await watch.stop();
  expect([readAtMs.length, listeners.size, vi.getTimerCount(), told]).toEqual([1, 0, 0, []]);
});
