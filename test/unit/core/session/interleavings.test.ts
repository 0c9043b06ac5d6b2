import { expect, test } from "vitest";

import { MemorySessionStore } from "../../../../functions/core/session/memory-session-store.ts";
import type { SessionStore } from "../../../../functions/core/session/session-store.ts";
import {
  StoreThatIgnoresTheHolder,
  StoreThatKeepsTheHolder,
  StoreThatOverwrites,
  StoreWithoutElection,
  StoreWithoutFenceOnAmend,
  StoreWithoutFenceOnSave,
  StoreWithoutSkewMargin,
} from "./schedules/bad-stores.ts";
import { runSchedule, type ScheduleKind, type ScheduleRun } from "./schedules/run-schedule.ts";
import { Violation } from "./schedules/watched-store.ts";

const SCHEDULES = 6_000;
/** Other schedules than those of every day: SUBLET_FIRST_SEED=1000000. To replay one: the seed that the failure names. */
const FIRST_SEED = Number(process.env["SUBLET_FIRST_SEED"] ?? 1);

const KINDS = ["exclusive", "shared"] as const satisfies readonly ScheduleKind[];

test.for(KINDS)(
  `%s: ${SCHEDULES} schedules of containers that crash, freeze and lose answers`,
  { timeout: 120_000 },
  async (kind) => {
    const runs: ScheduleRun[] = [];
    const failure = await firstFailure(kind, () => new MemorySessionStore(), runs);
    expect(failure).toBeUndefined();
    const sum = (what: keyof ScheduleRun) => runs.reduce((total, run) => total + run[what], 0);
    // The schedules get to where it is dangerous.
    expect(sum("takes")).toBeGreaterThan(SCHEDULES);
    expect(sum("fencedOut")).toBeGreaterThan(SCHEDULES / 100);
    expect(sum("crashes")).toBeGreaterThan(SCHEDULES / 2);
    expect(sum("freezes")).toBeGreaterThan(SCHEDULES / 2);
  },
);

const BAD_STORES: readonly (readonly [string, ScheduleKind, () => SessionStore, RegExp])[] = [
  ["no fence check on save", "exclusive", () => new StoreWithoutFenceOnSave(), /changed the session of fence/u],
  ["a take that ignores the holder", "exclusive", () => new StoreThatIgnoresTheHolder(), /acts while|given away/u],
  ["a take without the skew margin", "exclusive", () => new StoreWithoutSkewMargin(), /acts while|given away/u],
  ["a release that keeps the holder", "exclusive", () => new StoreThatKeepsTheHolder(), /released and still held/u],
  ["an amend that overwrites the state", "shared", () => new StoreThatOverwrites(), /is lost|overwritten|is back/u],
  ["an amend under any login", "shared", () => new StoreWithoutFenceOnAmend(), /under the login/u],
  ["a take without election", "shared", () => new StoreWithoutElection(), /two won the election|login is good/u],
  ["a refresher that doesn't look again", "hasty", () => new MemorySessionStore(), /stored login is good/u],
];

test.for(BAD_STORES)(
  `known-bad twin within ${SCHEDULES} schedules: %s`,
  { timeout: 120_000 },
  async ([, kind, bad, violation]) => {
    expect(await firstFailure(kind, bad)).toMatch(violation);
  },
);

async function firstFailure(
  kind: ScheduleKind,
  store: () => SessionStore,
  runs: ScheduleRun[] = [],
): Promise<string | undefined> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed += 1) {
    try {
      runs.push(await runSchedule(kind, seed, store()));
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return `${error.message} (${kind} schedule, replay with SUBLET_FIRST_SEED=${seed})`;
    }
  }
  return undefined;
}
