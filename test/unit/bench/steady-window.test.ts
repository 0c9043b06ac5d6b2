import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { runSteadyLoad } from "../../../bench/arm/steady-window.ts";

/** Runs a load whose jobs end in turn, and tells what was seen at the window's edges. */
async function observe(slots: number, jobs: number) {
  let running = 0;
  let mostAtOnce = 0;
  let ended = 0;
  let endedAtOpening = -1;
  await runSteadyLoad({
    slots,
    jobs,
    run: async (index) => {
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      for (let turn = 0; turn <= index % 3; turn += 1) await Promise.resolve();
      running -= 1;
      ended += 1;
    },
    onOpened: () => {
      endedAtOpening = ended;
    },
  });
  return { mostAtOnce, ended, endedAtOpening };
}

describe("runSteadyLoad", () => {
  it("counts the asked number of jobs between its edges, with every slot in use", async () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 40 }));
    await fc.assert(
      fc.asyncProperty(sizes, async ([slots, jobs]) => {
        const { ended, endedAtOpening, mostAtOnce } = await observe(slots, jobs);
        expect(mostAtOnce).toBe(slots);
        // Others may end in the same turn as the one that moves an edge; each slot once at most.
        expect(Math.abs(endedAtOpening - slots)).toBeLessThan(slots);
        expect(Math.abs(ended - (slots + jobs))).toBeLessThanOrEqual(slots);
      }),
    );
  });

  it("is exact where jobs end one at a time", async () => {
    expect(await observe(1, 7)).toEqual({ mostAtOnce: 1, endedAtOpening: 1, ended: 8 });
  });

  it("settles at the window's close, whatever still runs or fails then", async () => {
    const held = Promise.withResolvers<void>();
    await runSteadyLoad({
      slots: 2,
      jobs: 3,
      run: (index) => (index === 1 ? held.promise : Promise.resolve()),
      onOpened: () => {},
    });
    held.reject(new Error("the browser was closed under it"));
    await expect(held.promise).rejects.toThrow("closed under it");
  });

  it("ends with the first job that fails, and starts no more", async () => {
    let started = 0;
    const load = runSteadyLoad({
      slots: 2,
      jobs: 50,
      run: async (index) => {
        started += 1;
        await Promise.resolve();
        if (index === 3) throw new Error("the page was read wrong");
      },
      onOpened: () => {},
    });
    await expect(load).rejects.toThrow("the page was read wrong");
    expect(started).toBeLessThan(8);
  });
});
