import { CLOCK_SKEW_MARGIN_MS } from "../../../../../functions/core/lease/lease-rules.ts";
import { MemorySessionStore } from "../../../../../functions/core/session/memory-session-store.ts";
import type { SessionStore, SessionTake } from "../../../../../functions/core/session/session-store.ts";

/** `save` writes whoever comes. */
export class StoreWithoutFenceOnSave extends MemorySessionStore {
  override async save(...[lease, change, nowMs]: Parameters<SessionStore["save"]>): ReturnType<SessionStore["save"]> {
    const holder = (await this.read(lease.session))?.holder;
    return super.save(holder ?? lease, change, nowMs);
  }
}

/** `take` doesn't ask whether somebody is at work. */
export class StoreThatIgnoresTheHolder extends MemorySessionStore {
  override async take(...[request, nowMs]: Parameters<SessionStore["take"]>): Promise<SessionTake> {
    const year = 365 * 86_400_000;
    return timed(this, await super.take(request, nowMs + year), request.durationMs, nowMs);
  }
}

/** `take` believes its own clock. */
export class StoreWithoutSkewMargin extends MemorySessionStore {
  override async take(...[request, nowMs]: Parameters<SessionStore["take"]>): Promise<SessionTake> {
    return timed(this, await super.take(request, nowMs + CLOCK_SKEW_MARGIN_MS), request.durationMs, nowMs);
  }
}

/** `amend` writes over what somebody else wrote meanwhile. */
export class StoreThatOverwrites extends MemorySessionStore {
  override async amend(
    ...[name, basis, change, nowMs]: Parameters<SessionStore["amend"]>
  ): ReturnType<SessionStore["amend"]> {
    const amend = await super.amend(name, basis, change, nowMs);
    if (amend.kind !== "stale") return amend;
    return super.amend(name, { ...basis, revision: amend.record.revision }, change, nowMs);
  }
}

/** `amend` writes what was seen under a login that is over. */
export class StoreWithoutFenceOnAmend extends MemorySessionStore {
  override async amend(
    ...[name, basis, change, nowMs]: Parameters<SessionStore["amend"]>
  ): ReturnType<SessionStore["amend"]> {
    const record = await this.read(name);
    const isOver = record !== undefined && record.loginFence !== basis.loginFence;
    return super.amend(name, isOver ? record : basis, change, nowMs);
  }
}

/** Everybody who was rejected logs in, one after the other. */
export class StoreWithoutElection extends MemorySessionStore {
  override async take(...[request, nowMs]: Parameters<SessionStore["take"]>): Promise<SessionTake> {
    return super.take({ ...request, ifFence: undefined }, nowMs);
  }
}

/** `release` leaves the session held until the lease runs out. */
export class StoreThatKeepsTheHolder extends MemorySessionStore {
  override async release(
    ...[lease, change, nowMs]: Parameters<SessionStore["release"]>
  ): ReturnType<SessionStore["release"]> {
    return this.save(lease, change, nowMs);
  }
}

/** The lease that was taken at a made-up time, at its true time. */
async function timed(store: SessionStore, take: SessionTake, durationMs: number, nowMs: number): Promise<SessionTake> {
  if (take.kind !== "taken") return take;
  const renewed = await store.renew(take.lease, durationMs, nowMs);
  const record = await store.read(take.lease.session);
  return renewed.kind === "done" && record !== undefined ? { kind: "taken", lease: renewed.lease, record } : take;
}
