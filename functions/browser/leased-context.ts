import type { ContextLease } from "./context-lease.ts";
import { LeaseLife } from "./lease-life.ts";
import { leaseHandle } from "./lease-handle.ts";
import { leasePageOf } from "./leased-page.ts";
import type { PooledContext } from "./pooled-context.ts";

export interface LeasedContextOptions {
  readonly pooled: PooledContext;
  readonly allocation: ContextLease["allocation"];
  readonly signal: AbortSignal;
  /** Closes the context, or keeps it warm. Called once; bounded; never throws. */
  readonly giveBack: (mayStayWarm: boolean) => Promise<void>;
}

/** A lease of a context, and with it of the context's first page. */
export function leaseOf({ pooled, allocation, signal, giveBack }: LeasedContextOptions): ContextLease {
  const { tenants } = pooled;
  const evict = () => tenants.evict();
  const life = new LeaseLife({
    signal,
    giveBack: async (reason, clean) => {
      // Another page's holder has nothing to do with this page's renderer, and works on. Who ends this lease ends them too.
      if (reason === "renderer-died") {
        signal.addEventListener("abort", evict, { once: true });
        await tenants.none();
        signal.removeEventListener("abort", evict);
      } else evict();
      await giveBack(clean);
    },
  });
  void pooled.lost.then((loss) => life.lose(loss));
  life.begin();
  const release: ContextLease["release"] = ({ unhealthy } = {}) => {
    const over = life.end("released", unhealthy);
    evict();
    return over;
  };
  const leasePage: ContextLease["leasePage"] = (options) => leasePageOf({ pooled, from: life, ...options });
  return leaseHandle({ pooled, page: pooled.page, life, allocation, leasePage, release });
}
