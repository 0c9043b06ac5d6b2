import type { JobResult } from "../../../../../functions/core/job/job-result.ts";
import type { UnderLease } from "../../../../../functions/core/lease/lease-store.ts";
import type { Lease, LeaseKey } from "../../../../../functions/core/lease/lease.ts";
import { ask, NoAnswer, sleep, type ChurnContainer, type Steps } from "./churn-container.ts";
import type { ChurnWorld } from "./churn-world.ts";
import type { SimulatedMessage } from "./simulated-queue.ts";

/** Short, so that the margin is a good part of it. */
export const LEASE_MS = 6_000;
const RENEWAL_MS = 2_000;

/** `headstrong` and `unconditional` are known-bad: the one acts on though its lease is over, the other writes anyway. */
export type WorkerKind = "good" | "headstrong" | "unconditional";

/** What a container believes of a job that it holds. */
interface Hold {
  lease: Lease;
  isOver: boolean;
}

/** One slot of a container: takes a message, does what it says, takes the next. */
export function* slot(world: ChurnWorld, me: ChurnContainer): Steps<void> {
  while (!me.isLeaving) {
    yield* sleep(me.random.between(100, 2_000));
    try {
      const message = world.queue.receive();
      if (message !== undefined) yield* attempt(world, me, message);
    } catch (error) {
      // The message comes back when its visibility timeout is over.
      if (!(error instanceof NoAnswer)) throw error;
    }
  }
}

function* attempt(world: ChurnWorld, me: ChurnContainer, message: SimulatedMessage): Steps<void> {
  const key: LeaseKey = `job#${message.job}`;
  const request = { key, owner: me.owner, durationMs: LEASE_MS };
  const take = yield* ask((nowMs) => world.store.take(request, nowMs));
  if (take.kind === "finished") return world.queue.delete(message);
  if (take.kind === "held") return world.queue.hide(message, me.random.between(400, 3_000));
  const hold: Hold = { lease: take.lease, isOver: false };
  me.start(heartbeat(world, me, message, hold));
  try {
    yield* work(world, me, message, hold, take.checkpoint?.sequence ?? 0);
  } finally {
    hold.isOver = true;
  }
}

function* work(
  world: ChurnWorld,
  me: ChurnContainer,
  message: SimulatedMessage,
  hold: Hold,
  visited: number,
): Steps<void> {
  const pages = world.pagesOf(hold.lease.key);
  for (let page = visited + 1; page <= pages; page += 1) {
    for (let clicks = me.random.between(1, 5); clicks > 0; clicks -= 1) {
      if (!mayAct(world, me, hold)) return;
      if (me.isLeaving) return yield* leave(world, me, message, hold);
      world.acts(hold.lease, page);
      yield* sleep(me.random.between(50, 1_000));
    }
    if (page < pages && !(yield* saved(world, hold, page))) return;
  }
  if (!mayAct(world, me, hold)) return;
  yield* finish(world, me, message, hold);
}

/** The rule of every holder: only while its lease lives, by its own clock. */
function mayAct({ workers }: ChurnWorld, me: ChurnContainer, hold: Hold): boolean {
  if (workers === "headstrong") return true;
  return !hold.isOver && me.nowMs() < hold.lease.expiresAtMs;
}

function* heartbeat(world: ChurnWorld, me: ChurnContainer, message: SimulatedMessage, hold: Hold): Steps<void> {
  for (;;) {
    yield* sleep(RENEWAL_MS);
    if (hold.isOver) return;
    if (me.random.chance(0.4)) world.queue.hide(message);
    const { lease } = hold;
    try {
      const renewed = yield* ask((nowMs) =>
        world.store.write("renew", lease, (store) => store.renew(lease, LEASE_MS, nowMs)),
      );
      if (renewed.kind === "lost") hold.isOver = true;
      else hold.lease = renewed.value;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }
}

/** Answers whether the job may go on: it may when nobody knows whether it was written. */
function* saved(world: ChurnWorld, { lease }: Hold, page: number): Steps<boolean> {
  const body = { kind: "inline", packed: Uint8Array.of(page), sealed: false } as const;
  const checkpoint = { sequence: page, stage: "pages", attempt: lease.attempt, workedMs: page * 1_000, body };
  try {
    const written = yield* ask((nowMs) =>
      world.store.write("checkpoint", lease, (store) => store.checkpoint(lease, checkpoint, nowMs), page),
    );
    return written.kind === "done";
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return true;
  }
}

function* leave(world: ChurnWorld, me: ChurnContainer, message: SimulatedMessage, hold: Hold): Steps<void> {
  hold.isOver = true;
  const { lease } = hold;
  const release = { reason: "out-of-time", countsAsAttempt: false };
  yield* ask((nowMs) => world.store.write("release", lease, (store) => store.release(lease, release, nowMs)));
  world.queue.hide(message, 0);
}

/** Word for word again where no answer came. */
function* finish(world: ChurnWorld, me: ChurnContainer, message: SimulatedMessage, hold: Hold): Steps<void> {
  hold.isOver = true;
  const { lease } = hold;
  const { attempt: number, fence, owner, key } = lease;
  const names = { v: 1, id: key, kind: "completed", container: owner.container } as const;
  const result: JobResult = { ...names, attempt: number, fence, finishedAtMs: me.nowMs() };
  for (let tries = 3; tries > 0; tries -= 1) {
    try {
      const written = yield* ask((nowMs) =>
        world.store.write("finish", lease, async (store): Promise<UnderLease<void>> => {
          const as = world.workers === "unconditional" ? await store.read(key) : lease;
          return store.finish(as ?? lease, result, nowMs);
        }),
      );
      if (written.kind === "done") world.queue.delete(message);
      return;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }
}
