import type { ContextLease, EndReason } from "./context-lease.ts";
import type { ContextLoss } from "./pooled-context.ts";

export interface LeaseLifeOptions {
  readonly signal: AbortSignal;
  /** Gives back what was leased. Called once; bounded; never throws. `clean` when the holder found nothing wrong with it. */
  readonly giveBack: (reason: EndReason, clean: boolean) => Promise<void>;
}

/** A lease from its start to its one end: released, aborted, or lost. */
export class LeaseLife {
  readonly #options: LeaseLifeOptions;
  readonly #lost = Promise.withResolvers<ContextLoss>();
  readonly #ending = new AbortController();
  readonly #onAbort = () => void this.end("aborted", describe(this.#options.signal.reason));
  #state: ReturnType<ContextLease["state"]> = { kind: "leased" };
  #ended: Promise<void> | undefined;

  constructor(options: LeaseLifeOptions) {
    this.#options = options;
  }

  /** From now on the signal ends it. Apart from the constructor, since that may be at once. */
  begin(): void {
    const { signal } = this.#options;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  get state(): ReturnType<ContextLease["state"]> {
    return this.#state;
  }

  get lost(): Promise<ContextLoss> {
    return this.#lost.promise;
  }

  /** Aborts with the end of the lease, whatever ends it. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** The first reason stays. Settles when what was leased is given back. */
  end(reason: EndReason, detail: string | undefined): Promise<void> {
    if (this.#ended) return this.#ended;
    this.#state = detail === undefined ? { kind: "ended", reason } : { kind: "ended", reason, detail };
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#ended = this.#options.giveBack(reason, reason === "released" && detail === undefined);
    this.#ending.abort();
    return this.#ended;
  }

  lose(loss: ContextLoss): void {
    if (this.#state.kind !== "leased") return;
    void this.end(END_REASON[loss.what], loss.detail);
    this.#lost.resolve(loss);
  }
}

const END_REASON = { browser: "browser-died", renderer: "renderer-died", memory: "evicted" } as const;

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
