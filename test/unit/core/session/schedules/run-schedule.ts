import { CLOCK_SKEW_MARGIN_MS } from "../../../../../functions/core/lease/lease-rules.ts";
import { isOver } from "../../../../../functions/core/session/session-rules.ts";
import type { SessionStore } from "../../../../../functions/core/session/session-store.ts";
import { exclusiveJob, LEASE_MS } from "./exclusive-container.ts";
import { ScheduleWorld } from "./schedule-world.ts";
import { SeededRandom } from "./seeded-random.ts";
import { sharedJob } from "./shared-container.ts";
import { NoAnswer, SimulatedContainer, type Steps } from "./simulated-container.ts";
import { Violation, WatchedStore } from "./watched-store.ts";

/** `hasty` is known-bad: who wins the election to log in doesn't look whether somebody just did. */
export type ScheduleKind = "exclusive" | "shared" | "hasty";

/** What happened in a schedule, to see that the schedules reach what they are to test. */
export interface ScheduleRun {
  readonly takes: number;
  readonly fencedOut: number;
  readonly crashes: number;
  readonly freezes: number;
}

interface Running {
  readonly me: SimulatedContainer;
  readonly steps: Steps<void>;
  frozenUntilMs: number;
}

const STEPS = 150;

/** Runs one schedule: all of it follows from the seed. Throws `Violation`. */
export async function runSchedule(kind: ScheduleKind, seed: number, inner: SessionStore): Promise<ScheduleRun> {
  const random = new SeededRandom(seed);
  const names = kind === "exclusive" && random.chance(0.3) ? ["first", "second"] : ["first"];
  const store = new WatchedStore(inner);
  const world = new ScheduleWorld(store, names, kind === "hasty");
  for (const name of names)
    await store.create(definition(name, kind === "exclusive" ? kind : "shared"), undefined, world.nowMs);
  let started = 0;
  const start = (): Running => {
    started += 1;
    const halfMs = CLOCK_SKEW_MARGIN_MS / 2;
    const skewMs = random.pick([-halfMs, 0, halfMs, random.between(-halfMs, halfMs)]);
    const me = new SimulatedContainer(`container-${started}`, random, () => world.nowMs, skewMs);
    return { me, steps: forever(() => (kind === "exclusive" ? exclusiveJob : sharedJob)(world, me)), frozenUntilMs: 0 };
  };
  const running = Array.from({ length: random.between(2, 4) }, start);
  let [crashes, freezes] = [0, 0];
  for (let step = 0; step < STEPS; step += 1) {
    world.nowMs += random.between(0, 700);
    const index = random.between(0, running.length - 1);
    const actor = running[index];
    if (actor === undefined || world.nowMs < actor.frozenUntilMs) continue;
    if (random.chance(0.01)) {
      running[index] = start();
      crashes += 1;
    } else if (random.chance(0.02)) {
      actor.frozenUntilMs = world.nowMs + random.between(500, 3 * LEASE_MS);
      freezes += 1;
    } else await actor.steps.next();
    if (kind !== "exclusive" && random.chance(0.01)) world.site.endLogin();
    if (kind === "exclusive" && random.chance(0.005)) await putAside(world, random.pick(names));
  }
  // Everybody is gone from here on.
  for (const name of names) await inTheEnd(world, name);
  const records = await Promise.all(names.map((name) => store.read(name)));
  const fencedOut = records.reduce((sum, record) => sum + record.fencedOut, 0);
  return { takes: names.reduce((sum, name) => sum + store.takes(name), 0), fencedOut, crashes, freezes };
}

async function* forever(job: () => Steps<void>): Steps<void> {
  while (true) {
    try {
      yield* job();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    yield;
  }
}

/** An operator. The re-check is due when a holder that was cut off has noticed. */
async function putAside({ store, nowMs }: ScheduleWorld, name: string): Promise<void> {
  const recheckAtMs = nowMs + LEASE_MS + 2 * CLOCK_SKEW_MARGIN_MS;
  await store.setCondition(name, { kind: "unhealthy", reason: "seen", sinceMs: nowMs, recheckAtMs, times: 1 }, nowMs);
}

async function inTheEnd(world: ScheduleWorld, name: string): Promise<void> {
  const { store } = world;
  await world.losesNothing(name);
  await store.refusalsAreCounted(name);
  const { condition, holder } = await store.read(name);
  const dueMs = condition.kind === "unhealthy" ? Math.max(world.nowMs, condition.recheckAtMs) : world.nowMs;
  const freeMs = holder === undefined ? dueMs : Math.max(dueMs, holder.expiresAtMs + CLOCK_SKEW_MARGIN_MS + 1);
  const owner = { container: "heir", invocation: "heir/1" };
  const request = { name, owner, durationMs: LEASE_MS, purpose: "jobs", recheck: true } as const;
  if (holder !== undefined && !isOver(holder, dueMs)) {
    const early = await store.take(request, dueMs);
    if (early.kind === "taken") throw new Violation(`${name} was given away under its holder's hands`);
  }
  const take = await store.take(request, freeMs);
  if (take.kind !== "taken") throw new Violation(`${name} is ${take.kind} for ever`);
}

function definition(name: string, policy: "exclusive" | "shared"): Parameters<SessionStore["create"]>[0] {
  const fields = { site: "shop.example", order: "least-recently-used", pages: 1, jobLimitMs: 60_000 } as const;
  return { name, policy, pool: "customers", ...fields };
}
