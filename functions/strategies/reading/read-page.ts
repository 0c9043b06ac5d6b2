import { PermanentFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { evaluateOnce } from "../page/visit.ts";
import type { Clocked } from "../page/within.ts";
import { readInPage, type PageReading, type ReadAnswer, type ReadRequest } from "./read-in-page.ts";

/** Any number of reads in one evaluation: one round trip. */
export function readPage(
  run: Clocked,
  page: StrategyPage,
  at: string,
  requests: readonly ReadRequest[],
): Promise<PageReading> {
  return evaluateOnce(run, page, at, readInPage, requests);
}

/** The answer, or the failure that it stands for. */
export function goodAnswer(answer: ReadAnswer | undefined, at: string): Exclude<ReadAnswer, { kind: "bad-selector" }> {
  if (answer === undefined)
    throw new PermanentFailure("ReadFailed", "the page answered less than it was asked", { at });
  if (answer.kind !== "bad-selector") return answer;
  throw new PermanentFailure("SelectorInvalid", `"${answer.selector}" ${answer.message}`, { at });
}
