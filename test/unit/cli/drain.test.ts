import { expect, test } from "vitest";

import {
  endDrain,
  startDrain,
  waitForRest,
  type DrainedFleet,
  type DrainStatus,
} from "../../../cli/drain/drain-fleet.ts";
import type { EventSource } from "../../../cli/drain/event-sources.ts";
import { describeWork, type FleetWork } from "../../../cli/drain/fleet-work.ts";
import { startLiveLine } from "../../../cli/drain/live-line.ts";
import type { LeaseRecord } from "../../../functions/core/lease/lease.ts";

const lease: LeaseRecord = {
  key: "job#a",
  id: "lease-1",
  owner: { container: "c", invocation: "i" },
  fence: 1,
  attempt: 1,
  attempts: 1,
  acquiredAtMs: 0,
  renewedAtMs: 0,
  expiresAtMs: 60_000,
  state: "held",
  history: [],
};

const work = (running: number, inFlight = 0): FleetWork => ({
  running: Array.from({ length: running }, () => lease),
  expired: 0,
  inFlight,
});

/** A fleet whose looks come from a list, the last one again and again; it notes what is done to it, in order. */
function fleetOf(looks: readonly FleetWork[], settledAfter = 0) {
  const did: string[] = [];
  let look = 0;
  let switches = 0;
  let nowMs = 0;
  const sources: EventSource[] = [{ id: "1", queue: "jobs", state: "Enabled" }];
  const fleet: DrainedFleet = {
    orders: {
      drain: async (sinceMs) => {
        did.push("drain ordered");
        return { sinceMs };
      },
      resume: async () => void did.push("drain ended"),
    },
    switchSources: async (wanted) => {
      did.push(wanted);
      switches += 1;
      return { sources, settled: switches > settledAfter };
    },
    work: async () => looks[Math.min(look++, looks.length - 1)] ?? work(0),
  };
  const seen: number[] = [];
  const waiting = {
    timeoutMs: 10_000,
    now: () => nowMs,
    pause: async () => void (nowMs += 1_000),
    onStatus: ({ work: { running } }: DrainStatus) => void seen.push(running.length),
  };
  return { fleet, did, seen, waiting, elapsedMs: () => nowMs };
}

test("containers are told before their sources are switched off, and work again before those are on", async () => {
  const { fleet, did, waiting } = fleetOf([work(0)], 1);
  await startDrain(fleet, 5);
  expect(did).toEqual(["drain ordered", "off"]);
  const other = fleetOf([work(0)], 1);
  expect(await endDrain(other.fleet, waiting)).toMatchObject({ settled: true });
  expect(other.did).toEqual(["drain ended", "on", "on"]);
});

test("waits until nothing runs, and looks once more: one empty look may be wrong", async () => {
  const { fleet, seen, waiting } = fleetOf([work(3), work(1), work(0), work(1), work(0, 2), work(0), work(0)]);
  const status = await waitForRest(fleet, await startDrain(fleet, 0), waiting);
  expect(status.atRest).toBe(true);
  expect(seen).toEqual([3, 1, 0, 1, 0, 0, 0]);
});

test("isn't at rest while a source still hands out work", async () => {
  const { fleet, seen, waiting } = fleetOf([work(0)], 3);
  expect(await waitForRest(fleet, await startDrain(fleet, 0), waiting)).toMatchObject({ atRest: true });
  expect(seen).toHaveLength(5);
});

test("gives up when the time is over, with what is left", async () => {
  const { fleet, waiting, elapsedMs } = fleetOf([work(2, 1)]);
  const status = await waitForRest(fleet, await startDrain(fleet, 0), waiting);
  expect(status.atRest).toBe(false);
  expect(elapsedMs()).toBe(10_000);
  expect(describeWork({ ...status.work, expired: 1 })).toBe(
    "2 jobs run, 1 message in flight, 1 lease of dead containers",
  );
});

test("a live line is rewritten on a terminal, and elsewhere written when it changes", () => {
  const shown = (isTTY: boolean) => {
    const written: string[] = [];
    const line = startLiveLine({ isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 });
    for (const text of ["3 run", "3 run", "0 run"]) line.show(text);
    line.stop();
    return written;
  };
  expect(shown(false)).toEqual(["3 run\n", "0 run\n"]);
  expect(shown(true)).toEqual(["\r\u001B[2K3 run", "\r\u001B[2K0 run", "\r\u001B[2K"]);
});

test("a message that stays hidden for long without any lease is put off, and keeps nobody waiting", async () => {
  const { fleet, waiting } = fleetOf([work(1, 1), work(0, 1)]);
  const first = await startDrain(fleet, 0);
  const short = await waitForRest(fleet, first, { ...waiting, timeoutMs: 60_000 });
  expect(short.atRest).toBe(false);
  const long = await waitForRest(fleet, first, { ...waiting, timeoutMs: 200_000 });
  expect(long.atRest).toBe(true);
  expect(long.work.inFlight).toBe(1);
});
