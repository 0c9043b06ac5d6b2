import { HISTORY_MAX_EVENTS, type JobEvent } from "../../functions/core/job/job-history.ts";
import { describeEnded } from "./describe-ended.ts";
import { describeDisplaced, describeKillAsked, describeRecovered } from "./describe-interruption.ts";
import { describeTaken } from "./describe-taken.ts";

/** What happened at one moment, in whole sentences. */
export interface Told {
  readonly atMs: number;
  readonly sentences: readonly string[];
}

export function describeHistory(history: readonly JobEvent[]): Told[] {
  const told = history.map((event, index) => ({
    atMs: event.atMs,
    sentences: describeEvent(event, history[index - 1]),
  }));
  const last = told.at(-1);
  if (last === undefined || history.length < HISTORY_MAX_EVENTS) return told;
  const cut = `A record keeps ${HISTORY_MAX_EVENTS} events, the first few and the latest: between those there may have been more.`;
  return [...told, { atMs: last.atMs, sentences: [cut] }];
}

function describeEvent(event: JobEvent, before: JobEvent | undefined): string[] {
  switch (event.kind) {
    case "taken":
      return describeTaken(event, before);
    case "recovered":
      return describeRecovered(event);
    case "displaced":
      return describeDisplaced(event);
    case "ended":
      return describeEnded(event);
    case "kill-asked":
      return describeKillAsked(event);
  }
}
