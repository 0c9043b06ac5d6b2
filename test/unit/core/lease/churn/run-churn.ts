import { CLOCK_SKEW_MARGIN_MS } from "../../../../../functions/core/lease/lease-rules.ts";
import type { LeaseStore } from "../../../../../functions/core/lease/lease-store.ts";
import { SeededRandom } from "../../session/schedules/seeded-random.ts";
import { ChurnContainer } from "./churn-container.ts";
import { overlapsIn, Violation } from "./churn-history.ts";
import { LEASE_MS, slot, type WorkerKind } from "./churn-worker.ts";
import { ChurnWorld } from "./churn-world.ts";

/** Whether any two clocks differ by the margin at most, or by minutes. */
export type Clocks = "within-margin" | "beyond-margin";

/** What happened, to see that the runs get to where it is dangerous. */
export interface ChurnRun {
  readonly jobs: number;
  readonly takes: number;
  readonly expired: number;
  readonly deaths: number;
  readonly freezes: number;
  readonly twice: number;
  /** Acts beside the holder: none within the margin. */
  readonly overlaps: number;
}

const CONTAINERS = 100;
const JOBS = 30;
const SLOTS = 2;
const JOIN_EVERY_MS = 800;
/** Nothing takes so long, by far; a dead container with its clock ahead holds its jobs for as long as it is ahead. */
const TIME_LIMIT_MS = { "within-margin": 6 * 60_000, "beyond-margin": 30 * 60_000 } as const;

/** 100 containers come and go while jobs come in; all of it follows from the seed. Throws `Violation`. */
export async function runChurn(
  clocks: Clocks,
  seed: number,
  store: LeaseStore,
  workers: WorkerKind = "good",
): Promise<ChurnRun> {
  const random = new SeededRandom(seed);
  const world = new ChurnWorld(store, workers, random);
  const { time } = world;
  const counts = { deaths: 0, freezes: 0 };
  const startedMs = time.nowMs;
  for (let index = 1; index <= JOBS; index += 1) {
    const pages = random.pick([2, 4, 8, 12]);
    time.in(random.between(0, CONTAINERS * JOIN_EVERY_MS), () => world.send(`j${index}`, pages));
  }
  for (let index = 1; index <= CONTAINERS; index += 1) {
    time.in(index < 6 ? 0 : random.between(0, CONTAINERS * JOIN_EVERY_MS), () => {
      const me = new ChurnContainer(`c${index}`, skewMs(clocks, random), time, random);
      for (let count = SLOTS; count > 0; count -= 1) me.start(slot(world, me));
      if (random.chance(0.6)) {
        counts.freezes += 1;
        time.in(random.between(500, 10_000), () => me.freeze(random.between(500, 3 * LEASE_MS)));
      }
      // The last few stay: somebody must do what is left.
      if (index > CONTAINERS - 4) return;
      if (random.chance(0.4)) counts.deaths += 1;
      else time.in(random.between(2_000, 20_000), () => void (me.isLeaving = true));
      time.in(random.between(2_000, 30_000), () => me.die());
    });
  }
  const isOver = () => time.nowMs - startedMs > TIME_LIMIT_MS[clocks] || (world.jobs.size === JOBS && world.isDone);
  await time.run(isOver);
  const overlaps = overlapsIn(world.history, world.jobs, clocks);
  if (!world.isDone) throw new Violation("jobs are finished, but their messages never end");
  const takes = world.history.filter(({ kind }) => kind === "taken").length;
  const releases = world.history.filter((event) => event.kind === "wrote" && event.what === "release").length;
  return { jobs: JOBS, takes, expired: takes - releases - JOBS, ...counts, twice: world.queue.twice, overlaps };
}

function skewMs(clocks: Clocks, random: SeededRandom): number {
  const mostMs = clocks === "within-margin" ? CLOCK_SKEW_MARGIN_MS / 2 : random.pick([8_000, 120_000]);
  return random.pick([-mostMs, 0, mostMs, random.between(-mostMs, mostMs)]);
}
