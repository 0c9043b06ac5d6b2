import { PermanentFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { growInPage, type Growth, type Grown } from "./grow-in-page.ts";
import { evaluateOnce } from "./visit.ts";
import type { Clocked } from "./within.ts";

const ANSWER_WITHIN_MS = 15_000;
const GRACE_MS = 5_000;

/** Lets a list grow in place to its end or to its limits: one round trip for each 15 seconds of it. */
export async function grow(
  run: Clocked,
  page: StrategyPage,
  at: string,
  growth: Omit<Growth, "answerWithinMs">,
): Promise<Grown> {
  let rounds = 0;
  for (;;) {
    const argument = { ...growth, maxRounds: growth.maxRounds - rounds, answerWithinMs: ANSWER_WITHIN_MS };
    const limitMs = ANSWER_WITHIN_MS + 2 * growth.roundMs + GRACE_MS;
    const grown = await evaluateOnce(run, page, at, growInPage, argument, limitMs);
    rounds += grown.rounds;
    if (grown.ended === "bad-selector") {
      const selectors = [growth.control, growth.items].filter((one) => one !== null).join('" or "');
      throw new PermanentFailure("SelectorInvalid", `"${selectors}" is not a valid CSS selector`, { at });
    }
    if (grown.ended !== "paused") return { ...grown, rounds };
  }
}
