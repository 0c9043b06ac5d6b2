import type { Browser, BrowserContext, Page } from "playwright-core";

import type { ContextSteering } from "./context-steering.ts";
import type { Attachment, CdpMessage } from "./message.ts";
import type { SteeredTransport } from "./steered-transport.ts";

const transports = new WeakMap<Browser, SteeredTransport>();
const contextIds = new WeakMap<BrowserContext, Promise<string>>();

/** Remembers by which transport a browser is reached. Whoever connects calls it once. */
export function rememberTransport(browser: Browser, transport: SteeredTransport): void {
  transports.set(browser, transport);
}

/**
 * Changes what holds for a context, and settles when its pages have it.
 * @returns false when its browser isn't reached by a steered transport, as with a Playwright server
 */
export async function steer(context: BrowserContext, page: Page, change: Partial<ContextSteering>): Promise<boolean> {
  const transport = transportOf(context);
  if (!transport) return false;
  const id = await browserContextId(context, page);
  await transport.steer(id, { ...transport.steeringOf(id), ...change });
  return true;
}

/**
 * Calls back after each answer that may have changed the context's cookies.
 * @returns what ends it; never throws
 */
export function onCookieAnswer(context: BrowserContext, page: Page, listener: () => void): () => void {
  const transport = transportOf(context);
  if (!transport) {
    // A Playwright server shows no headers without another round trip: each answer may be one.
    context.on("response", listener);
    return () => void context.off("response", listener);
  }
  let end = () => {};
  let ended = false;
  const listen = (id: string) => {
    if (!ended) end = transport.cookieAnswers.listen(id, listener);
  };
  browserContextId(context, page).then(listen, () => {});
  return () => {
    ended = true;
    end();
  };
}

/** What a context has open, and the way to ask it something. */
export interface ContextTargets {
  readonly attachments: readonly Attachment[];
  /** Never rejects: an error is in the answer. A target that hangs answers when it has ended. */
  readonly ask: (attachment: Attachment, method: string, params?: CdpMessage["params"]) => Promise<CdpMessage>;
}

/**
 * The targets of a context as they are now, by the sessions that are there anyway. Undefined when its browser isn't
 * reached by a steered transport. @throws what Playwright says of a page that is gone
 */
export async function targetsOf(context: BrowserContext, page: Page): Promise<ContextTargets | undefined> {
  const transport = transportOf(context);
  if (!transport) return undefined;
  const id = await browserContextId(context, page);
  return {
    attachments: transport.attachmentsOf(id),
    ask: ({ sessionId }, method, params = {}) => transport.ask({ sessionId, method, params }),
  };
}

/** When this browser last said anything, by `performance.now()`; undefined when it isn't reached by a steered transport. */
export function heardAtMs(browser: Browser): number | undefined {
  return transports.get(browser)?.heardAtMs;
}

/** One round trip into the renderer of each page that the context has. @throws when one can't answer; a hung one never does */
export async function probePages(context: BrowserContext, page: Page): Promise<void> {
  const targets = await targetsOf(context, page);
  // Playwright's own way takes two more round trips in a page that has evaluated nothing yet.
  if (!targets) return page.evaluate("void 0");
  const pages = targets.attachments.filter(({ target }) => target.type === "page");
  const evaluate = { expression: "0" };
  const answers = await Promise.all(pages.map((attachment) => targets.ask(attachment, "Runtime.evaluate", evaluate)));
  const refusal = answers.find(({ error }) => error !== undefined)?.error;
  if (answers.length === 0 || refusal) throw new Error(refusal?.message ?? "the context has no page");
}

export function isSteered(context: BrowserContext): boolean {
  return transportOf(context) !== undefined;
}

function transportOf(context: BrowserContext): SteeredTransport | undefined {
  const browser = context.browser();
  return browser ? transports.get(browser) : undefined;
}

/** The protocol's name of a context. Asked once: it costs three round trips. */
function browserContextId(context: BrowserContext, page: Page): Promise<string> {
  const known = contextIds.get(context);
  if (known) return known;
  const asked = askBrowserContextId(context, page);
  contextIds.set(context, asked);
  asked.catch(() => contextIds.delete(context));
  return asked;
}

async function askBrowserContextId(context: BrowserContext, page: Page): Promise<string> {
  const session = await context.newCDPSession(page);
  try {
    const { targetInfo } = await session.send("Target.getTargetInfo");
    if (targetInfo.browserContextId === undefined) throw new Error("The browser names no context for this page");
    return targetInfo.browserContextId;
  } finally {
    session.detach().catch(() => {});
  }
}
