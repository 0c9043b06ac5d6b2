import { PermanentFailure } from "../../core/job/failures.ts";
import { resolveAddress, withoutFragment } from "../page/address.ts";
import { grow } from "../page/grow.ts";
import { visit } from "../page/visit.ts";
import type { RawField } from "../reading/read-in-page.ts";
import { joinValues, type RecipeJob, type Scope, type Values } from "./recipe-job.ts";
import type { Paginate, Step } from "./steps.ts";

/** Runs the step's own steps on every page, or once over a list that has grown to its end. */
export async function paginate(job: RecipeJob, scope: Scope, step: Paginate, path: string): Promise<void> {
  const at = `${path} (paginate)${scope.where}`;
  if (step.by === "load-more" || step.by === "scroll") {
    await grow(job.run, scope.page, at, {
      by: step.by === "scroll" ? "scroll" : "click",
      control: step.selector ?? null,
      items: step.items ?? null,
      maxRounds: step.maxPages - 1,
      enough: null,
      roundMs: step.roundMs,
    });
    const grown: Scope = { ...scope, values: {} };
    await job.runSteps(grown, step.steps, path);
    await grown.reads.flush(job.run, grown.page);
    return keep(scope.values, step, grown.values, at);
  }
  await overPages(job, scope, step, path, at);
}

async function overPages(job: RecipeJob, scope: Scope, step: Paginate, path: string, at: string): Promise<void> {
  const seen = new Set([withoutFragment(scope.page.url())]);
  for (let number = 1; ; number += 1) {
    const where = `${scope.where} on page ${number}`;
    const page: Scope = { ...scope, values: {}, where };
    const next = new NextPage(step, number);
    const ahead = !step.steps.every(staysOnPage);
    next.ask(page, at);
    if (ahead) await page.reads.flush(job.run, page.page);
    await job.runSteps(page, step.steps, path);
    await page.reads.flush(job.run, page.page);
    if (next.isBeyondEnd) return;
    keep(scope.values, step, page.values, at);
    if (number >= step.maxPages || next.address === undefined) return;
    const url = resolveAddress(next.address, page.page.url(), `${at}${where}`);
    if (seen.has(withoutFragment(url))) return;
    seen.add(withoutFragment(url));
    if (!(await opened(job, scope, step, url, at))) return;
  }
}

/** Numbered addresses end where the shop has no such page; a link to nowhere is a failure. */
async function opened(job: RecipeJob, scope: Scope, step: Paginate, url: string, at: string): Promise<boolean> {
  try {
    await visit(job.run, scope.page, url, { at });
    return true;
  } catch (error) {
    if (step.by === "url" && error instanceof PermanentFailure && error.name === "PageNotFound") return false;
    throw error;
  }
}

function staysOnPage(step: Step): boolean {
  if (step.do === "follow") return step.page === "second";
  return ["extract", "assert", "screenshot", "pdf", "wait", "scroll"].includes(step.do);
}

function keep(values: Values, step: Paginate, pageValues: Values, at: string): void {
  joinValues(values, step.as === undefined ? pageValues : { [step.as]: [pageValues] }, at);
}

const LINK: Omit<RawField, "selector"> = {
  attribute: null,
  how: "url",
  rows: null,
  cut: false,
  maxCharacters: 2_000,
  required: false,
  fields: null,
};

/** Where to go after a page; what it needs of the page travels with the page's other reads. */
class NextPage {
  address: string | undefined;
  /** The page that was read lies behind the end of the list. */
  isBeyondEnd = false;
  readonly #step: Paginate;

  constructor(step: Paginate, number: number) {
    this.#step = step;
    if (step.by === "url") this.address = step.url?.replaceAll("{page}", String(step.firstPage + number));
  }

  ask(scope: Scope, at: string): void {
    if (this.#step.by === "url") this.#askForEnd(scope, at);
    else this.#askForLink(scope, at);
  }

  #askForEnd({ reads }: Scope, at: string): void {
    const selector = this.#step.endSelector;
    if (selector === undefined) return;
    reads.add({
      at,
      request: { kind: "match", selector, maxCharacters: 0 },
      settle: (answer) => {
        this.isBeyondEnd = answer.kind === "match" && answer.count === 0;
      },
    });
  }

  #askForLink({ reads }: Scope, at: string): void {
    const selector = this.#step.selector ?? "a[rel~=next]";
    const link = { ...LINK, selector };
    const element = { ...LINK, selector, how: "present" as const };
    reads.add({
      at,
      request: { kind: "fields", fields: [link, element] },
      settle: (answer) => {
        const [address, there] = answer.kind === "fields" ? answer.values : [];
        if (typeof address === "string") this.address = address;
        else if (typeof there === "string") {
          const message = `"${selector}" matches an element without an address; use by load-more, or steps that click`;
          throw new PermanentFailure("NextIsNoLink", message, { at });
        }
      },
    });
  }
}
