import type { ContextLease } from "../browser/context-lease.ts";
import type { ContextLoss } from "../browser/pooled-context.ts";
import { classifyError } from "../core/job/classify-error.ts";

/** A crash ends the calls into a page a moment before the browser room hears of it. */
const CRASH_NEWS_MS = 250;

/** The browser died, or the page's renderer, or the page was evicted: nobody's fault who worked in it. */
export class ContextLost extends Error {
  override readonly name = "ContextLost";
  readonly loss: ContextLoss;
  constructor(loss: ContextLoss) {
    super(loss.detail);
    this.loss = loss;
  }
}

/** Whether it was a crash that an error came of. Who works in a page only sees that it is gone; what took it comes as news. */
export async function crashBehind(thrown: unknown, context: ContextLease): Promise<ContextLoss | undefined> {
  const { name } = classifyError(thrown).error;
  if (name !== "ContextGone" && name !== "PageCrashed") return undefined;
  const noNews = Promise.withResolvers<undefined>();
  const timer = setTimeout(noNews.resolve, CRASH_NEWS_MS, undefined);
  const news = await Promise.race([context.lost, noNews.promise]);
  clearTimeout(timer);
  return news;
}

/** What an error in a context is: `ContextLost` where it came of a crash. To be asked before the context is given back. */
export async function crashOr(thrown: unknown, context: ContextLease): Promise<unknown> {
  if (thrown instanceof ContextLost) return thrown;
  const loss = await crashBehind(thrown, context);
  return loss ? new ContextLost(loss) : thrown;
}
