import { describe, expect, test } from "vitest";

import { PermanentFailure } from "../../../functions/core/job/failures.ts";
import { QueueUnavailable, StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import type { Log, LogDetails } from "../../../functions/core/logging/log.ts";
import { InsistedInVain, insist, type InsistenceClock } from "../../../functions/worker/insist.ts";

/** Time that passes as it is told; pauses take no real time. */
class TestClock implements InsistenceClock {
  atMs = 0;
  /** Of all draws, the largest pause. */
  drawn = 0.999;
  readonly pausesMs: number[] = [];
  nowMs = () => this.atMs;
  random = () => this.drawn;
  pause = async (ms: number, signal: AbortSignal) => {
    // A try that answers at once comes before any pause ends.
    await new Promise(setImmediate);
    if (signal.aborted) return;
    this.pausesMs.push(ms);
    this.atMs += ms;
  };
}

class KeptLog implements Log {
  readonly warnings: LogDetails[] = [];
  warn = (_: string, details: LogDetails = {}) => {
    this.warnings.push(details);
  };
  debug = () => {};
  info = () => {};
  error = () => {};
}

function setUp(untilMs = 60_000) {
  const clock = new TestClock();
  const log = new KeptLog();
  return { clock, log, insistence: { untilMs: () => untilMs, log, clock } };
}

/** Fails so many times, then answers. */
function failing(times: number, failure: () => Error) {
  const calls = { count: 0 };
  const call = () => {
    calls.count += 1;
    return calls.count <= times ? Promise.reject(failure()) : Promise.resolve("written");
  };
  return { calls, call };
}

const unavailable = () => new StoreUnavailable("finish", new Error("throttled"));

describe("insist", () => {
  test("a call that succeeds is made once, and nothing is said", async () => {
    const { clock, log, insistence } = setUp();
    const { calls, call } = failing(0, unavailable);
    expect(await insist("finish", call, insistence)).toBe("written");
    expect([calls.count, clock.pausesMs, log.warnings]).toEqual([1, [], []]);
  });

  test.each([unavailable, () => new QueueUnavailable("publish", new Error("throttled"))])(
    "what is unavailable is tried again, after pauses that grow",
    async (failure) => {
      const { clock, log, insistence } = setUp();
      const { calls, call } = failing(4, failure);
      expect(await insist("finish job-1", call, insistence)).toBe("written");
      expect(calls.count).toBe(5);
      expect(clock.pausesMs).toEqual([249, 499, 999, 1_998]);
      expect(log.warnings).toMatchObject([
        { what: "finish job-1", tries: 1, afterMs: 249 },
        { tries: 2 },
        { tries: 3 },
        { tries: 4, afterMs: 1_998 },
      ]);
    },
  );

  test("whatever else is thrown comes at once, as it is", async () => {
    const { insistence } = setUp();
    const refused = new PermanentFailure("TooLarge", "it doesn't fit");
    const { calls, call } = failing(1, () => refused);
    await expect(insist("finish", call, insistence)).rejects.toBe(refused);
    expect(calls.count).toBe(1);
  });

  test("gives up at the deadline, with the last failure", async () => {
    const { clock, insistence } = setUp(20_000);
    const { calls, call } = failing(1_000, unavailable);
    const inVain = insist("finish", call, insistence);
    await expect(inVain).rejects.toBeInstanceOf(InsistedInVain);
    await expect(inVain).rejects.toMatchObject({
      message: `finish: ${calls.count} tries, the last one: finish: Error: throttled`,
      cause: { name: "StoreUnavailable" },
    });
    expect(calls.count).toBeGreaterThan(5);
    expect(clock.atMs).toBeLessThanOrEqual(20_000);
  });

  test("a deadline that moves on is the one that counts", async () => {
    const { clock, log } = setUp();
    const { call } = failing(10, unavailable);
    const answer = await insist("finish", call, { untilMs: () => clock.atMs + 2_000, log, clock });
    expect(answer).toBe("written");
    expect(clock.atMs).toBeGreaterThan(5_000);
  });

  test("a try that isn't answered ends with the deadline, and with the signal", async () => {
    const { clock, insistence } = setUp(3_500);
    const never = () => new Promise<never>(() => {});
    await expect(insist("finish", never, insistence)).rejects.toMatchObject({
      message: "finish: 1 try, the last one: none was answered",
    });
    expect(clock.atMs).toBe(3_500);

    const { insistence: other, clock: slow } = setUp();
    const ending = new AbortController();
    slow.pause = (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    const insisting = insist("finish", never, { ...other, signal: ending.signal });
    ending.abort();
    await expect(insisting).rejects.toBeInstanceOf(InsistedInVain);
  });

  test("a try that fails in another way after all was given up disturbs nobody", async () => {
    const { insistence } = setUp(1_000);
    const late = Promise.withResolvers<never>();
    await expect(insist("finish", () => late.promise, insistence)).rejects.toBeInstanceOf(InsistedInVain);
    late.reject(new Error("nobody hears this"));
    await new Promise(setImmediate);
  });

  test("the signal ends a pause, and no try follows", async () => {
    const { clock, insistence } = setUp();
    const ending = new AbortController();
    const { calls, call } = failing(1_000, unavailable);
    clock.pause = () => {
      ending.abort();
      return Promise.resolve();
    };
    await expect(insist("finish", call, { ...insistence, signal: ending.signal })).rejects.toBeInstanceOf(
      InsistedInVain,
    );
    expect(calls.count).toBe(1);
  });

  test("with its time over before, it is tried once: who has little time left uses it", async () => {
    const done = failing(0, unavailable);
    expect(await insist("release", done.call, setUp(0).insistence)).toBe("written");
    const refused = failing(1, unavailable);
    await expect(insist("release", refused.call, setUp(0).insistence)).rejects.toMatchObject({
      message: "release: 1 try, the last one: finish: Error: throttled",
    });
    expect([done.calls.count, refused.calls.count]).toEqual([1, 1]);
    const { clock, insistence } = setUp(0);
    const never = () => new Promise<never>(() => {});
    await expect(insist("release", never, insistence)).rejects.toBeInstanceOf(InsistedInVain);
    expect(clock.atMs).toBe(1_000);
  });

  test("who is stopped before tries nothing", async () => {
    const { calls, call } = failing(0, unavailable);
    const signal = AbortSignal.abort();
    await expect(insist("finish", call, { ...setUp().insistence, signal })).rejects.toBeInstanceOf(InsistedInVain);
    expect(calls.count).toBe(0);
  });

  test("leaves no timer and no listener behind", async () => {
    const { log } = setUp();
    const ending = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    await new Promise((resolve) => setTimeout(resolve));
    const before = timers();
    const { call } = failing(1, unavailable);
    await insist("finish", call, { untilMs: () => Date.now() + 60_000, log, signal: ending.signal });
    await new Promise(setImmediate);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
