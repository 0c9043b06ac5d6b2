import { SLOWDOWN_SAMPLE } from "./retire-rules.ts";

/** How long a browser's contexts took to open: the first sample and the latest one; what lies between isn't kept. */
export class OpeningTimes {
  readonly #first: number[] = [];
  #latest: number[] = [];

  add(ms: number): void {
    if (this.#first.length < SLOWDOWN_SAMPLE) this.#first.push(ms);
    else this.#latest = [...this.#latest.slice(1 - SLOWDOWN_SAMPLE), ms];
  }

  inOrder(): readonly number[] {
    return [...this.#first, ...this.#latest];
  }
}
