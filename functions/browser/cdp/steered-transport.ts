import type { ConnectOverCDPTransport } from "playwright-core";

import { CookieAnswers } from "./cookie-answers.ts";
import { UNSTEERED, type ContextSteering } from "./context-steering.ts";
import { identityCommands, isKeptByUs, unaskedHints } from "./identity-commands.ts";
import type { Attachment, CdpMessage, TargetInfo } from "./message.ts";
import { muteCommands } from "./mute-commands.ts";
import { letGo, OwnContexts, type ForeignTarget } from "./own-contexts.ts";
import { loadsResources, RequestFilter } from "./request-filter.ts";
import { TalkQuota } from "./talk-quota.ts";

/** Above any id that Playwright counts up to, below the protocol's 32 bits. */
const FIRST_OWN_ID = 1_000_000_000;

/** Most pages of a context: what a page opens beyond is closed at once. */
const PAGES_PER_CONTEXT = 20;
/** Opening windows keeps the browser's own process from its other tenants: who goes on after so many refusals is ended. */
const REFUSED_MOST = 20;

/** Whether a connection sees the contexts of other clients on the same browser, and its default context. */
export type Visibility = "every context" | "own contexts only";

/**
 * Stands between Playwright and the browser and adds, to each page, popup, frame and worker of a context and before its
 * first script or request, what Playwright has no option for: the whole identity (brands, platform, languages) and the
 * blocking of resource types. Playwright already stops each new target until it has set it up; what is added here rides
 * in the same queue, so it costs no round trip and can't be late.
 */
export class SteeredTransport implements ConnectOverCDPTransport {
  onmessage?: (message: object) => void;
  /** When the browser last said anything, by `performance.now()`. */
  heardAtMs = 0;
  readonly #browser: ConnectOverCDPTransport;
  readonly #own: OwnContexts | undefined;
  /** Answers that may have changed a context's cookies. */
  readonly cookieAnswers = new CookieAnswers();
  readonly #attachments = new Map<string, Attachment>();
  readonly #filters = new Map<string, RequestFilter>();
  readonly #contexts = new Map<string, ContextSteering>();
  readonly #waiting = new Map<number, PromiseWithResolvers<CdpMessage> & { readonly sessionId: string | undefined }>();
  /** How many popups were too many, by context. */
  readonly #refused = new Map<string, number>();
  readonly #talk = new TalkQuota();
  #nextId = FIRST_OWN_ID;
  #onclose: ((reason?: string) => void) | undefined;
  #closed: { readonly reason: string | undefined } | undefined;

  constructor(browser: ConnectOverCDPTransport, visibility: Visibility = "every context") {
    this.#browser = browser;
    this.#own = visibility === "own contexts only" ? new OwnContexts() : undefined;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport is no event target
    browser.onmessage = (message) => this.#receive(message);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- likewise
    browser.onclose = (reason) => this.#end(reason);
  }

  get onclose(): ((reason?: string) => void) | undefined {
    return this.#onclose;
  }

  /** Told once; at once when the browser has gone already. */
  set onclose(listener: ((reason?: string) => void) | undefined) {
    this.#onclose = listener;
    if (this.#closed) this.#tellClosed();
  }

  /** From Playwright. */
  send(message: object): void {
    this.#browser.send(this.#outgoing(message));
  }

  close(): void {
    this.#browser.close();
  }

  /**
   * Sets what holds for a context from now on, on what it has open and on all that comes. Settles when the browser has
   * it. A target that goes meanwhile is no error.
   */
  async steer(browserContextId: string, steering: ContextSteering): Promise<void> {
    const before = this.#contexts.get(browserContextId) ?? UNSTEERED;
    this.#contexts.set(browserContextId, steering);
    const commands = this.attachmentsOf(browserContextId).flatMap((attachment) =>
      this.#changes(attachment, before, steering),
    );
    await Promise.all(commands.map((command) => this.#ask(command)));
  }

  steeringOf(browserContextId: string): ContextSteering {
    return this.#contexts.get(browserContextId) ?? UNSTEERED;
  }

  /** What this connection is attached to in a context: pages, popups, workers, and frames in a process of their own. */
  attachmentsOf(browserContextId: string): readonly Attachment[] {
    return [...this.#attachments.values()].filter(({ target }) => target.browserContextId === browserContextId);
  }

  /** A command of ours. Never rejects: an error is in the answer. A target that hangs answers when it has ended. */
  ask(command: CdpMessage): Promise<CdpMessage> {
    return this.#ask(command);
  }

  #changes({ sessionId, target }: Attachment, before: ContextSteering, after: ContextSteering): CdpMessage[] {
    const commands: CdpMessage[] = [];
    if (after.identity && after.identity !== before.identity) {
      commands.push(...identityCommands(after.identity, target).map((command) => ({ ...command, sessionId })));
    }
    if (loadsResources(target.type) && String(after.blocked) !== String(before.blocked)) {
      commands.push({ ...this.#filter(sessionId).block(after.blocked), sessionId });
    }
    return commands;
  }

  #outgoing(command: CdpMessage): CdpMessage {
    this.#own?.sent(command);
    if (command.method === "Target.disposeBrowserContext") {
      this.#contexts.delete(String(command.params?.["browserContextId"]));
      this.#refused.delete(String(command.params?.["browserContextId"]));
    }
    const attachment = command.sessionId === undefined ? undefined : this.#attachments.get(command.sessionId);
    if (!attachment) return command;
    const steering = this.#contexts.get(attachment.target.browserContextId ?? "") ?? UNSTEERED;
    switch (command.method) {
      case "Emulation.setUserAgentOverride":
        // Playwright sets what it knows of the user agent again and again; the whole identity has to come after it.
        return steering.identity
          ? { ...command, ...identityCommands(steering.identity, attachment.target)[0] }
          : command;
      case "Fetch.enable":
      case "Fetch.disable":
        return this.#filters.has(attachment.sessionId) ? this.#filter(attachment.sessionId).route(command) : command;
      default:
        return command;
    }
  }

  #receive(message: CdpMessage): void {
    this.heardAtMs = performance.now();
    const own = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (own) {
      this.#waiting.delete(message.id as number);
      own.resolve(message);
      return;
    }
    const talk = this.#talk.judge(message.method, message.sessionId, performance.now());
    if (talk === "mute") this.#mute(message);
    if (talk === "storm") this.#crash(message.sessionId);
    if (talk !== "pass") return;
    this.#own?.received(message);
    const foreign = this.#own?.foreignTarget(message);
    if (foreign) {
      this.#letGo(foreign);
      return;
    }
    if (message.method === "Target.attachedToTarget" && this.#attached(message) === "ours") return;
    if (message.method === "Target.detachedFromTarget") this.#detached(String(message.params?.["sessionId"]));
    if (message.method === "Fetch.requestPaused" && this.#decided(message)) return;
    if (message.sessionId !== undefined) {
      const target = this.#attachments.get(message.sessionId)?.target;
      this.cookieAnswers.received(target?.browserContextId, message);
    }
    this.onmessage?.(message);
  }

  #letGo(foreign: ForeignTarget): void {
    const go = () => {
      if (!this.#closed) for (const command of letGo(foreign)) void this.#ask(command);
    };
    if (foreign.holdMs === 0) go();
    else setTimeout(go, foreign.holdMs).unref();
  }

  #attached(message: CdpMessage): "ours" | "playwright's" {
    const sessionId = String(message.params?.["sessionId"]);
    const target = message.params?.["targetInfo"] as TargetInfo;
    // A second attachment is somebody's own CDP session. What holds for the target holds by the first.
    if ([...this.#attachments.values()].some(({ target: known }) => known.targetId === target.targetId))
      return "playwright's";
    const attachment = { sessionId, target };
    this.#attachments.set(sessionId, attachment);
    const steering = this.#contexts.get(target.browserContextId ?? "");
    if (this.#isOneTooMany(target)) {
      const refused = this.#refused.get(target.browserContextId ?? "") ?? 0;
      this.#refused.set(target.browserContextId ?? "", refused + 1);
      if (refused % REFUSED_MOST === REFUSED_MOST - 1) this.#crash(this.#sessionOf(target.openerId));
      // In this order: its opener may share its thread, and would stay held along with it.
      void this.#ask({ sessionId, method: "Runtime.runIfWaitingForDebugger" });
      void this.#ask({ method: "Target.closeTarget", params: { targetId: target.targetId } });
      return "ours";
    }
    if (!steering) return "playwright's";
    // Nothing waits for the answers: commands of a session are carried out in order, and Playwright lets it run last.
    for (const command of this.#changes(attachment, UNSTEERED, steering)) void this.#ask(command);
    if (steering.identity && target.type === "page" && message.params?.["waitingForDebugger"] === true) {
      void this.#ask({ ...this.#filter(sessionId).correctNextDocument(unaskedHints(steering.identity)), sessionId });
    }
    if (!isKeptByUs(target)) return "playwright's";
    void this.#ask({ sessionId, method: "Runtime.runIfWaitingForDebugger" });
    return "ours";
  }

  #sessionOf(targetId: string | undefined): string | undefined {
    return [...this.#attachments.values()].find(({ target }) => target.targetId === targetId)?.sessionId;
  }

  /** Only what a page opened by itself: what Playwright asked for, somebody waits for. */
  #isOneTooMany({ type, openerId, browserContextId }: TargetInfo): boolean {
    if (type !== "page" || openerId === undefined || browserContextId === undefined) return false;
    const pages = this.attachmentsOf(browserContextId).filter(({ target }) => target.type === "page");
    return pages.length > PAGES_PER_CONTEXT;
  }

  /** A talkative page isn't an evil one: it loses its console, and its log, and nothing else. */
  #mute(message: CdpMessage): void {
    if (!this.#attachments.has(message.sessionId ?? "")) return;
    for (const command of muteCommands(message)) void this.#ask({ ...command, sessionId: message.sessionId });
  }

  /** Ends the renderer of a page that would drown its neighbours: their answers travel by the same way. */
  #crash(sessionId: string | undefined): void {
    const guilty = this.#attachments.get(sessionId ?? "");
    if (guilty?.target.type === "page")
      void this.#ask({ sessionId: guilty.sessionId, method: "Page.crash", params: {} });
    if (!guilty || guilty.target.type === "page") return;
    // A frame's or a worker's session can't end it: all the pages that may hold it go.
    const pages = this.attachmentsOf(guilty.target.browserContextId ?? "").filter(
      ({ target }) => target.type === "page",
    );
    for (const page of pages) this.#crash(page.sessionId);
  }

  #detached(sessionId: string): void {
    this.#talk.forget(sessionId);
    this.#attachments.delete(sessionId);
    this.#filters.delete(sessionId);
    // The browser doesn't answer what was still asked of it.
    for (const [id, waiting] of this.#waiting) {
      if (waiting.sessionId !== sessionId) continue;
      this.#waiting.delete(id);
      waiting.resolve({ id, error: { message: "the target is gone" } });
    }
  }

  #decided({ sessionId, params }: CdpMessage): boolean {
    const filter = this.#filters.get(sessionId ?? "");
    const answer = filter?.decide(params ?? {});
    if (!answer || sessionId === undefined) return false;
    for (const command of answer) void this.#ask({ ...command, sessionId });
    return true;
  }

  #filter(sessionId: string): RequestFilter {
    const known = this.#filters.get(sessionId);
    if (known) return known;
    const filter = new RequestFilter();
    this.#filters.set(sessionId, filter);
    return filter;
  }

  #ask(command: CdpMessage): Promise<CdpMessage> {
    const id = this.#nextId++;
    const answer = { ...Promise.withResolvers<CdpMessage>(), sessionId: command.sessionId };
    this.#waiting.set(id, answer);
    try {
      this.#browser.send({ ...command, id });
    } catch (error) {
      this.#waiting.delete(id);
      answer.resolve({ id, error: { message: error instanceof Error ? error.message : String(error) } });
    }
    return answer.promise;
  }

  #end(reason: string | undefined): void {
    for (const [id, { resolve }] of this.#waiting) resolve({ id, error: { message: reason ?? "the browser is gone" } });
    this.#waiting.clear();
    this.#attachments.clear();
    this.#filters.clear();
    this.#closed = { reason };
    this.#tellClosed();
  }

  #tellClosed(): void {
    const listener = this.#onclose;
    this.#onclose = undefined;
    listener?.(this.#closed?.reason);
  }
}
