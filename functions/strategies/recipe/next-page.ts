import { PermanentFailure } from "../../core/job/failures.ts";
import type { RawField } from "../reading/read-in-page.ts";
import type { Scope } from "./recipe-job.ts";
import type { Paginate } from "./steps.ts";

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
export class NextPage {
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
