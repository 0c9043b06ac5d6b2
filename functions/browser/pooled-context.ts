import type { BrowserContext, Page } from "playwright-core";

import type { Profile } from "../core/job/job-message.ts";
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
  readonly what: "browser" | "renderer";
  readonly detail: string;
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

  /** The first loss stays. One that is closing anyway isn't lost. */
  lose(loss: ContextLoss): void {
    // Another page's renderer is another process, the browser is everybody's.
    if (loss.what === "browser") this.tenants.lose(loss);
    if (!this.isSound) return;
    this.#loss = loss;
    this.#settleLoss(loss);
  }
}
