import type { SessionRecord } from "../../core/session/session.ts";
import type { SessionTake } from "../../core/session/session-store.ts";
import type { SessionSurroundings } from "./session-surroundings.ts";

/** How many candidates one look at a pool brings: when the first is gone meanwhile, the next one is at hand. */
const CANDIDATES = 5;

export type Taken = Extract<SessionTake, { kind: "taken" }>;

/** One conditional write. */
export async function takeByName(
  { room, owner, configuration }: SessionSurroundings,
  name: string,
  recheck: boolean,
): Promise<SessionTake> {
  const durationMs = configuration.sessionLeaseMs;
  return room.store.take({ name, owner, durationMs, purpose: "jobs", recheck }, Date.now());
}

/**
 * One look at a pool: ready ones in the pool's order, then those whose holder died. A container looks for sessions whose
 * re-check is due first, but only once in a while; when nothing else is there, always. Undefined when nothing could be
 * taken now.
 * @param wants takes a candidate, or says that it isn't to be had
 */
export async function fromPool<Value>(
  { room, configuration }: SessionSurroundings,
  pool: string,
  wants: (name: string, recheck: boolean) => Promise<Value | undefined>,
): Promise<Value | undefined> {
  const { store } = room;
  const first = async (names: readonly string[], recheck: boolean): Promise<Value | undefined> => {
    for (const name of names) {
      const value = await wants(name, recheck);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const due = async () => first(await store.due(pool, 1, Date.now()), true);
  const looksForDue = room.looksForDue(pool, configuration.sessionRecheckMs / 2, Date.now());
  return (
    (looksForDue ? await due() : undefined) ??
    (await first(await store.ready(pool, CANDIDATES), false)) ??
    (await first(await store.expired(pool, CANDIDATES, Date.now()), false)) ??
    (await due())
  );
}

/** Why a session that was asked for by name can't be had now, in plain words. */
export function whyNot(take: Exclude<SessionTake, Taken>, nowMs: number): string {
  switch (take.kind) {
    case "held":
      return `another container holds it for ${heldForSeconds(take.record, nowMs)} s more`;
    case "overtaken":
      return "another container took it meanwhile";
    case "not-ready": {
      const { condition } = take.record;
      return condition.kind === "ready" ? "it isn't ready" : `it is ${condition.kind}: ${condition.reason}`;
    }
    case "unknown":
      return "it is no longer there";
  }
}

function heldForSeconds({ holder }: SessionRecord, nowMs: number): number {
  return Math.max(0, Math.ceil(((holder?.expiresAtMs ?? nowMs) - nowMs) / 1_000));
}
