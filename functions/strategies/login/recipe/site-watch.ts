import type { Request, Response } from "playwright-core";

import { classifyError } from "../../../core/job/classify-error.ts";
import type { StrategyPage } from "../../contract/define-strategy.ts";
import { Traffic } from "../../page/traffic.ts";
import { checkStatus, isUnavailable } from "../../page/visit.ts";

const QUIET_MS = 250;
const NETWORK = new Set(["ConnectionFailed", "NameNotResolved"]);

/** Listens to what a site answers: one that is down mustn't be taken for one that says no. */
export class SiteWatch {
  readonly #page: StrategyPage;
  readonly #host: string;
  readonly #traffic: Traffic;
  #document: { readonly status: number; readonly url: string } | undefined;
  #trouble: string | undefined;

  /** @param url any address of the site whose scripts' requests count */
  constructor(page: StrategyPage, url: string) {
    this.#page = page;
    this.#host = new URL(url).host;
    this.#traffic = new Traffic(page);
    page.on("response", this.#answered);
    page.on("requestfailed", this.#failed);
  }

  /** The first sign that the site itself is unwell; undefined without one. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Whether the page's last document says that the site can't answer now. */
  get isDown(): boolean {
    return this.#document !== undefined && isUnavailable(this.#document.status);
  }

  /** Throws what the status of the page's last document means. */
  checkDocument(at: string): void {
    if (this.#document !== undefined) checkStatus(this.#document.status, this.#document.url, at);
  }

  /** Waits until the page asks for nothing more, and no longer than the limit: some pages never stop. */
  async settled(limitMs: number): Promise<void> {
    await this.#traffic.idle(QUIET_MS, limitMs);
  }

  stop(): void {
    this.#traffic.stop();
    this.#page.off("response", this.#answered);
    this.#page.off("requestfailed", this.#failed);
  }

  readonly #answered = (response: Response) => {
    const request = response.request();
    const status = response.status();
    const url = plainAddress(response.url());
    if (this.#isMainDocument(request)) this.#document = { status, url };
    if (isUnavailable(status) && this.#counts(request)) this.#trouble ??= `${url} answered ${status}`;
  };

  readonly #failed = (request: Request) => {
    const error = request.failure()?.errorText ?? "";
    if (!this.#counts(request) || !NETWORK.has(classifyError(new Error(error)).error.name)) return;
    this.#trouble ??= `${plainAddress(request.url())} gave no answer: ${error}`;
  };

  #counts(request: Request): boolean {
    if (this.#isMainDocument(request)) return true;
    return ["xhr", "fetch"].includes(request.resourceType()) && new URL(request.url()).host === this.#host;
  }

  #isMainDocument(request: Request): boolean {
    return request.isNavigationRequest() && request.frame() === this.#page.mainFrame();
  }
}

/** Without what a login's addresses may carry behind the path. */
function plainAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
