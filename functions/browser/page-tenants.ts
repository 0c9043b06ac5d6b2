import type { ContextLoss } from "./pooled-context.ts";

/** A lease of one more page in a context. */
export interface PageTenant {
  /** Its browser is gone. */
  lose(loss: ContextLoss): void;
  /** Its context is given back. */
  evict(): void;
}

/** The leases of pages that a context has beside its first one's. */
export class PageTenants {
  readonly #tenants = new Set<PageTenant>();
  #whenNone: (() => void)[] = [];

  get size(): number {
    return this.#tenants.size;
  }

  /** @returns what ends it; idempotent */
  add(tenant: PageTenant): () => void {
    this.#tenants.add(tenant);
    return () => {
      this.#tenants.delete(tenant);
      if (this.#tenants.size > 0) return;
      const told = this.#whenNone;
      this.#whenNone = [];
      for (const tell of told) tell();
    };
  }

  lose(loss: ContextLoss): void {
    for (const tenant of this.#tenants) tenant.lose(loss);
  }

  evict(): void {
    for (const tenant of this.#tenants) tenant.evict();
  }

  /** Settles when there is none. */
  async none(): Promise<void> {
    while (this.#tenants.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenNone.push(resolve);
      });
    }
  }
}
