import type { BrowserContext, Page } from "playwright-core";

import type { ContextLossKind } from "../core/job/job-history.ts";
import type { Profile } from "../core/job/job-message.ts";
import { probePages } from "./cdp/steering.ts";
import { PageTenants } from "./page-tenants.ts";
import type { PooledBrowser } from "./pooled-browser.ts";
import { ContextStorage } from "./state/context-storage.ts";

export type ContextState =
  /** Open, blank, and never used. */
  | { readonly kind: "pristine" }
  | { readonly kind: "leased" }
  /** Used, and kept for the next lease of the same key. */
  | { readonly kind: "warm"; readonly key: string; readonly untilMs: number }
  | { readonly kind: "closing" }
  | { readonly kind: "gone" };

export interface ContextLoss {
  /** `memory`: evicted, because the container would have run out of it. */
  readonly what: ContextLossKind;
  readonly detail: string;
  /** The pool's id of its browser. */
  readonly browser: string;
  /** Leases that the browser had at that moment, this one included. */
  readonly neighbours: number;
}

/** One context with its page, from its opening to its end. Its state is the only record of what it is used for. */
export class PooledContext {
  readonly id: string;
  readonly owner: PooledBrowser;
  readonly profile: Profile;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Leases of further pages. */
  readonly tenants = new PageTenants();
  readonly storage: ContextStorage;
  /** It holds somebody's login, or rules that its key doesn't know: nobody else may have it. */
  isPersonal = false;
  /** Settles when the context is lost under its holder; never rejects, and stays pending when it is closed. */
  readonly lost: Promise<ContextLoss>;
  state: ContextState;
  /** Leases that it has served. */
  uses = 0;
  /** Its page's renderer was asked, and didn't answer in time. */
  isSilent = false;
  /** Settles when nobody looks after it any more while it waits. Who takes it waits for that. Never rejects. */
  inspected: Promise<void> = Promise.resolve();
  /** The listeners that page and context had before their first holder. */
  unused: { restore(): void } = { restore: () => {} };
  #loss: ContextLoss | undefined;
  readonly #settleLoss: (loss: ContextLoss) => void;

  constructor(options: {
    readonly id: string;
    readonly owner: PooledBrowser;
    readonly profile: Profile;
    readonly context: BrowserContext;
    readonly page: Page;
    readonly state: ContextState;
  }) {
    this.id = options.id;
    this.owner = options.owner;
    this.profile = options.profile;
    this.context = options.context;
    this.page = options.page;
    this.state = options.state;
    const { owner } = options;
    this.storage = new ContextStorage({
      context: options.context,
      bounded: (call, what) => owner.inOpenDeadline(call, what),
      wallMs: () => owner.wallMs(),
    });
    const { promise, resolve } = Promise.withResolvers<ContextLoss>();
    this.lost = promise;
    this.#settleLoss = resolve;
  }

  /** Why it is lost, if it is. */
  get loss(): ContextLoss | undefined {
    return this.#loss;
  }

  /** Usable: neither closing nor gone nor lost, in a browser that is there. */
  get isSound(): boolean {
    return this.#loss === undefined && this.state.kind !== "closing" && this.state.kind !== "gone";
  }

  /** Whether the renderer of its page answers in time: one round trip. Never rejects. */
  async answers(deadlineMs: number): Promise<boolean> {
    try {
      // A renderer that dies leaves the question unanswered.
      const answer = Promise.race([probePages(this.context, this.page), this.lost]);
      await this.owner.whileUp(answer, deadlineMs, "a page's answer");
    } catch {
      return false;
    }
    return this.isSound;
  }

  /** The first loss stays. One that is closing anyway isn't lost. */
  lose(loss: ContextLoss): void {
    // A page's renderer is its own, as a rule; the browser and the memory are everybody's.
    if (loss.what !== "renderer") this.tenants.lose(loss);
    if (!this.isSound) return;
    this.#loss = loss;
    this.#settleLoss(loss);
  }
}
