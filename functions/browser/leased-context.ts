import { randomUUID } from "node:crypto";

import type { ContextLease, EndReason } from "./context-lease.ts";
import { withDeadline } from "./deadline.ts";
import type { ContextLoss, PooledContext } from "./pooled-context.ts";

export interface LeasedContextOptions {
  readonly pooled: PooledContext;
  readonly allocation: ContextLease["allocation"];
  readonly signal: AbortSignal;
  /** Limit of reading the context's state, in milliseconds. */
  readonly readDeadlineMs: number;
  /** Closes the context, or keeps it warm. Called once; bounded; never throws. */
  readonly giveBack: (mayStayWarm: boolean) => Promise<void>;
}

/** A lease from its start to its one end: released, aborted, or lost. */
export function leaseOf(options: LeasedContextOptions): ContextLease {
  const { pooled, allocation, signal, readDeadlineMs, giveBack } = options;
  const lost = Promise.withResolvers<ContextLoss>();
  let state: ReturnType<ContextLease["state"]> = { kind: "leased" };
  let ended: Promise<void> | undefined;

  const end = (reason: EndReason, detail: string | undefined): Promise<void> => {
    if (ended) return ended;
    state = detail === undefined ? { kind: "ended", reason } : { kind: "ended", reason, detail };
    signal.removeEventListener("abort", onAbort);
    ended = giveBack(reason === "released" && detail === undefined);
    return ended;
  };
  const onAbort = () => void end("aborted", describe(signal.reason));
  signal.addEventListener("abort", onAbort, { once: true });
  const watchForLoss = async () => {
    const loss = await pooled.lost;
    if (state.kind !== "leased") return;
    void end(loss.what === "browser" ? "browser-died" : "renderer-died", loss.detail);
    lost.resolve(loss);
  };
  void watchForLoss();
  if (signal.aborted) onAbort();

  return {
    id: randomUUID(),
    context: pooled.context,
    page: pooled.page,
    allocation,
    state: () => state,
    lost: lost.promise,
    cookies: () => withDeadline(pooled.context.cookies(), readDeadlineMs, "reading cookies"),
    storage: () => withDeadline(pooled.context.storageState({ indexedDB: true }), readDeadlineMs, "reading storage"),
    release: ({ unhealthy } = {}) => end("released", unhealthy),
  };
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
