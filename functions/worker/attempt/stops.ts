import type { Outcome } from "../../core/job/outcome.ts";
import type { HeldMessage, Invocation } from "../invocation.ts";
import { sessionUnavailable, type SessionSeat, type SessionUnavailable } from "../sessions/session-seat.ts";

/** Why an attempt was stopped from outside; the first reason stays. */
export type Stop = Extract<
  Outcome,
  { kind: "timed-out" | "out-of-time" | "lease-lost" | "session-unavailable" | "killed" }
>;

export interface StopSources {
  readonly held: HeldMessage;
  readonly invocation: Pick<Invocation, "drained">;
  readonly seat: SessionSeat | undefined;
  /** The invocation is over, and the job hasn't come to a checkpoint. */
  readonly drained: () => Stop;
}

/** Everything that ends an attempt from outside: one reason, one signal. */
export class Stops {
  readonly #stopped = Promise.withResolvers<Stop>();
  readonly #controller = new AbortController();
  readonly #release: () => void;

  constructor({ held, invocation, seat, drained }: StopSources) {
    const ended = new AbortController();
    this.#release = () => ended.abort();
    const on = (signal: AbortSignal | undefined, reason: () => Stop) => {
      if (signal?.aborted) this.halt(reason());
      signal?.addEventListener("abort", () => this.halt(reason()), { once: true, signal: ended.signal });
    };
    on(invocation.drained, drained);
    on(held.gone.signal, () => ({ kind: "lease-lost", detail: String(held.gone.signal.reason) }));
    on(seat?.gone, () => sessionUnavailable(seat?.gone.reason as SessionUnavailable));
  }

  get reason(): Promise<Stop> {
    return this.#stopped.promise;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  halt(reason: Stop): void {
    this.#stopped.resolve(reason);
    this.#controller.abort(new Error(`the attempt is over: ${reason.kind}`));
  }

  /** The attempt has ended. A context that opens later finds its signal aborted and closes by itself. Idempotent. */
  close(): void {
    this.#release();
    if (!this.signal.aborted) this.#controller.abort(new Error("the attempt is over"));
  }
}
