import type { PooledContext } from "../pooled-context.ts";

/**
 * Kills the renderer processes of this context's own pages with SIGKILL. For a context that doesn't close: a page that
 * hangs or is bloated need not take its browser with it, since a close settles as soon as its renderer is gone.
 * Synchronous and cheap; never touches a process that the context may share with another, and never throws.
 * @returns how many were killed; 0 when none is known to be this context's alone, as in an attached browser
 */
export function killRenderersOf(context: PooledContext): number {
  return context.owner.renderers.kill(context);
}
