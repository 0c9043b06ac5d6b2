import type { StrategyPage } from "../contract/define-strategy.ts";
import { visit, type VisitOptions } from "../page/visit.ts";
import type { Clocked } from "../page/within.ts";

/**
 * A page of a recipe. Where the run was resumed it is blank until a step looks at it. Its address is the recipe's own to
 * keep: one container after the other may have saved progress without opening it.
 */
export class RecipePage {
  readonly #run: Clocked;
  readonly #page: StrategyPage;
  #awayFrom: string | undefined;
  #isMoreThanItsAddress = false;

  /** @param awayFrom where the page was, if it has to be opened there again */
  constructor(run: Clocked, page: StrategyPage, awayFrom?: string) {
    this.#run = run;
    this.#page = page;
    this.#awayFrom = awayFrom;
  }

  get url(): string {
    return this.#awayFrom ?? this.#page.url();
  }

  /** Whether steps have acted or waited in the page since it was opened: its address alone doesn't give it again. */
  get isMoreThanItsAddress(): boolean {
    return this.#isMoreThanItsAddress;
  }

  /** The page, to look at. */
  async shown(at: string): Promise<StrategyPage> {
    if (this.#awayFrom !== undefined) await this.visit(this.#awayFrom, { at });
    return this.#page;
  }

  /** The page, to act or to wait in. */
  async worked(at: string): Promise<StrategyPage> {
    const page = await this.shown(at);
    this.#isMoreThanItsAddress = true;
    return page;
  }

  /** Goes to an address. */
  async visit(url: string, options: VisitOptions): Promise<void> {
    this.#awayFrom = undefined;
    this.#isMoreThanItsAddress = options.waitUntil === "load" || options.waitUntil === "networkidle";
    await visit(this.#run, this.#page, url, options);
  }
}
