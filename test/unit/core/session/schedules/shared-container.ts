import { changesBetween } from "../../../../../functions/core/session/state/changes.ts";
import { encodeState } from "../../../../../functions/core/session/state/encoded-state.ts";
import { mergeStates } from "../../../../../functions/core/session/state/merge.ts";
import type { SessionState, SnapshotCookie } from "../../../../../functions/core/session/state/session-state.ts";
import type { SessionRecord } from "../../../../../functions/core/session/session.ts";
import { nextStamp } from "../../../../../functions/core/session/state/stamp.ts";
import { prunedState, replacedBy, snapshotOf } from "../../../../../functions/core/session/state/states.ts";
import { LEASE_MS } from "./exclusive-container.ts";
import type { ScheduleWorld } from "./schedule-world.ts";
import { NoAnswer, type SimulatedContainer, type Steps } from "./simulated-container.ts";
import { cookie } from "./simulated-site.ts";
import { Violation } from "./watched-store.ts";

/** Follows the shared login, changes cookies in a context of its own, and tells the others; logs in when it is rejected. */
export async function* sharedJob(world: ScheduleWorld, me: SimulatedContainer): Steps<void> {
  const name = me.random.pick(world.names);
  let record = yield* me.ask(() => world.store.read(name));
  let state = world.stateIn(record);
  let jar = jarOf(record, state, me.nowMs());
  for (let visits = me.random.between(1, 4); visits > 0; visits -= 1) {
    yield;
    if (!world.site.accepts(sidIn(jar))) {
      yield* refresh(world, me, record);
      return;
    }
    const changed = visited(world, me, jar);
    const { loginFence } = record;
    const stamp = nextStamp(state, { fence: loginFence, nowMs: me.nowMs(), writer: me.owner.container });
    const changes = changesBetween({ cookies: jar, origins: [] }, { cookies: changed, origins: [] }, stamp);
    const after = yield* amended(world, me, record, changes);
    if (after === undefined) return;
    world.isSure(name, loginFence, changes);
    record = after;
    state = world.stateIn(after);
    // What the others wrote meanwhile isn't in this context, so the context as it is is the next base.
    jar = changed;
  }
}

/** Until it is written, or void because somebody logged in. */
async function* amended(
  world: ScheduleWorld,
  me: SimulatedContainer,
  before: SessionRecord,
  changes: SessionState,
): Steps<SessionRecord | undefined> {
  let basis = before;
  while (basis.loginFence === before.loginFence) {
    const { loginFence, revision } = basis;
    const sealed = encodeState(prunedState(mergeStates(world.stateIn(basis), changes), loginFence));
    try {
      const amend = yield* me.ask((nowMs) =>
        world.store.amend(before.name, { loginFence, revision }, { sealed, uses: 1 }, nowMs),
      );
      if (amend.kind === "done") return amend.record;
      if (amend.kind === "fenced-out") return undefined;
      basis = amend.record;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      basis = yield* me.ask(() => world.store.read(before.name));
    }
  }
  return undefined;
}

async function* refresh(world: ScheduleWorld, me: SimulatedContainer, seen: SessionRecord): Steps<void> {
  const { name, fence: ifFence } = seen;
  const request = { name, owner: me.owner, durationMs: LEASE_MS, purpose: "refresh", ifFence } as const;
  const take = yield* me.ask((nowMs) => world.store.take(request, nowMs));
  if (take.kind !== "taken") return;
  const { lease, record } = take;
  // The one that held it when this container read it may have logged in just before the election.
  if (record.loginFence !== seen.loginFence && !world.refreshersDontLookAgain) {
    yield* me.ask((nowMs) => world.store.release(lease, {}, nowMs));
    return;
  }
  const state = world.stateIn(record);
  yield;
  if (me.nowMs() >= lease.expiresAtMs) return;
  world.store.acts(lease);
  if (world.site.accepts(sidIn(jarOf(record, state, me.nowMs())))) {
    throw new Violation(`${me.owner.container} logs in although the stored login is good`);
  }
  const sid = world.site.logIn();
  yield;
  const stamp = nextStamp(state, { fence: lease.fence, nowMs: me.nowMs(), writer: me.owner.container });
  const fresh = replacedBy(state, { cookies: [cookie("sid", sid)], origins: [] }, stamp);
  const change = { sealed: encodeState(prunedState(fresh, lease.fence)), loggedIn: true };
  yield* me.ask((nowMs) => world.store.release(lease, change, nowMs));
}

/** What one visit does to the cookies: a new one, one changed, one deleted; never twice the same name after a deletion. */
function visited(
  world: ScheduleWorld,
  me: SimulatedContainer,
  jar: readonly SnapshotCookie[],
): readonly SnapshotCookie[] {
  const others = jar.filter(({ name }) => name !== "sid" && name !== "rotating");
  const gone = others.length > 0 && me.random.chance(0.5) ? me.random.pick(others) : undefined;
  const kept = jar.filter((one) => one !== gone && one.name !== "rotating");
  const fresh = [cookie("rotating", `${me.owner.container}-${world.unique()}`)];
  if (me.random.chance(0.6)) fresh.push(cookie(`note-${world.unique()}`, me.owner.container));
  return [...kept, ...fresh];
}

function jarOf({ loginFence }: SessionRecord, state: SessionState, nowMs: number): readonly SnapshotCookie[] {
  return snapshotOf(state, { nowMs, loginFence }).cookies;
}

function sidIn(jar: readonly SnapshotCookie[]): string | undefined {
  return jar.find(({ name }) => name === "sid")?.value;
}
