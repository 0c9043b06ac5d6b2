/** One context and its renderers' own memory. */
export interface MemoryTenant {
  readonly context: string;
  readonly leased: boolean;
  readonly ownMiB: number;
}

export interface MemoryState {
  readonly usedMiB: number;
  readonly limitMiB: number;
  /** Of the limit; between 0 and 1. */
  readonly evictAtRatio: number;
  readonly tenants: readonly MemoryTenant[];
}

export type MemoryVerdict =
  | { readonly kind: "room" }
  /** This context goes, so that the browser and its neighbours stay. */
  | { readonly kind: "evict"; readonly context: string; readonly tenantMiB: number }
  /** No tenant is to blame: what has grown is the browser itself, or everything a little. */
  | { readonly kind: "retire" };

/** A fresh context's renderer with a blank page. Measured: 13 MiB (Chromium 153, zygote). */
const FRESH_CONTEXT_MIB = 13;
/** Who takes less than this isn't to blame, however large he is beside the others. */
export const BLAME_FROM_MIB = 2 * FRESH_CONTEXT_MIB;

export function isOver({ usedMiB, limitMiB, evictAtRatio }: Omit<MemoryState, "tenants">): boolean {
  return usedMiB >= limitMiB * evictAtRatio;
}

/** Who goes when memory runs out: the largest of those that work. One that only waits is closed by its own rules. */
export function memoryVerdict(state: MemoryState): MemoryVerdict {
  if (!isOver(state)) return { kind: "room" };
  const leased = state.tenants.filter((tenant) => tenant.leased);
  const worst = leased.toSorted((one, other) => other.ownMiB - one.ownMiB)[0];
  if (!worst || worst.ownMiB < BLAME_FROM_MIB) return { kind: "retire" };
  return { kind: "evict", context: worst.context, tenantMiB: worst.ownMiB };
}
