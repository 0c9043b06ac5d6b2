import type { Clocked } from "../page/within.ts";
import type { ReadAnswer, ReadRequest } from "../reading/read-in-page.ts";
import { goodAnswer, readPage } from "../reading/read-page.ts";
import type { RecipePage } from "./recipe-page.ts";

type GoodAnswer = Exclude<ReadAnswer, { kind: "bad-selector" }>;

export interface QueuedRead {
  readonly at: string;
  readonly request: ReadRequest;
  /** Gets the page's answer, in the order of the queue; may throw the step's failure. */
  settle(answer: GoodAnswer, url: string): void;
}

/** Reads that wait until something has to happen in the page: all of them are one evaluation then. */
export class ReadQueue {
  #waiting: QueuedRead[] = [];

  add(read: QueuedRead): void {
    this.#waiting.push(read);
  }

  /** One round trip; none when nothing waits. */
  async flush(run: Clocked, page: RecipePage): Promise<void> {
    const reads = this.#waiting;
    if (reads.length === 0) return;
    this.#waiting = [];
    const requests = reads.map(({ request }) => request);
    const at = reads[0]?.at ?? "";
    const { url, answers } = await readPage(run, await page.shown(at), at, requests);
    for (const [index, read] of reads.entries()) read.settle(goodAnswer(answers[index], read.at), url);
  }
}
