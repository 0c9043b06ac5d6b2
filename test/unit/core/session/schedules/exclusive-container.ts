import { encodeState } from "../../../../../functions/core/session/state/encoded-state.ts";
import { cookieKey } from "../../../../../functions/core/session/state/record-key.ts";
import { quarantined } from "../../../../../functions/core/session/session-rules.ts";
import type { SessionState } from "../../../../../functions/core/session/state/session-state.ts";
import type { SessionChange } from "../../../../../functions/core/session/session-store.ts";
import type { SessionLease } from "../../../../../functions/core/session/session.ts";
import { nextStamp } from "../../../../../functions/core/session/state/stamp.ts";
import type { ScheduleWorld } from "./schedule-world.ts";
import type { SimulatedContainer, Steps } from "./simulated-container.ts";
import { cookie } from "./simulated-site.ts";

export const LEASE_MS = 10_000;

/** Takes a session, works in it, keeps what it changed, and gives it back; however late it is, it tries to write. */
export async function* exclusiveJob(world: ScheduleWorld, me: SimulatedContainer): Steps<void> {
  const { store } = world;
  const name = me.random.pick(world.names);
  const request = { name, owner: me.owner, durationMs: LEASE_MS, purpose: "jobs", recheck: true } as const;
  const take = yield* me.ask((nowMs) => store.take(request, nowMs));
  if (take.kind !== "taken") return;
  let { lease } = take;
  let state = world.stateIn(take.record);
  for (let steps = me.random.between(1, 5); steps > 0; steps -= 1) {
    yield;
    if (me.nowMs() < lease.expiresAtMs) store.acts(lease);
    switch (me.random.between(1, 3)) {
      case 1: {
        const renewed = yield* me.ask((nowMs) => store.renew(lease, LEASE_MS, nowMs));
        if (renewed.kind === "fenced-out") return;
        lease = renewed.lease;
        break;
      }
      case 2: {
        const next = withCookie(world, me, lease, state);
        const change = { sealed: encodeState(next.state) };
        const saved = yield* me.ask((nowMs) => store.save(lease, change, nowMs));
        if (saved.kind === "fenced-out") return;
        ({ state } = next);
        world.isSure(name, 0, next.changes);
        break;
      }
      default:
    }
  }
  const next = withCookie(world, me, lease, state);
  const change = { sealed: encodeState(next.state), uses: 1, ...conditionAfter(me, take.record.condition) };
  const released = yield* me.ask((nowMs) => store.release(lease, change, nowMs));
  if (released.kind === "done") world.isSure(name, 0, next.changes);
}

function conditionAfter(
  me: SimulatedContainer,
  before: Parameters<typeof quarantined>[0],
): Pick<SessionChange, "condition"> {
  if (me.random.chance(0.1)) return { condition: quarantined(before, "the job failed", me.nowMs(), 1_000) };
  return before.kind === "unhealthy" ? { condition: { kind: "ready" } } : {};
}

function withCookie(world: ScheduleWorld, me: SimulatedContainer, lease: SessionLease, state: SessionState) {
  const stamp = nextStamp(state, { fence: lease.fence, nowMs: me.nowMs(), writer: me.owner.container });
  const { name, domain, path, value, ...rest } = cookie(`seen-${world.unique()}`, me.owner.container);
  const changes: SessionState = {
    v: 1,
    records: { [cookieKey({ name, domain, path })]: { stamp, value: { value, ...rest } } },
  };
  return { changes, state: { v: 1, records: { ...state.records, ...changes.records } } as SessionState };
}
