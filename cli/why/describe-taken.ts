import type { JobEvent, TakenEvent } from "../../functions/core/job/job-history.ts";
import { counted } from "../counted.ts";
import { duration } from "../times.ts";

/** Below, nobody had to make room. */
const NOTICEABLE_MS = 50;

/** Why a job waited, where it ran, and why there. @param before what happened to it last, if anything did */
export function describeTaken(event: TakenEvent, before?: JobEvent): string[] {
  return [
    `Attempt ${event.attempt} ${beginning(before)} in container ${event.container}${sinceBefore(before, event)}.`,
    ...(before === undefined
      ? [`Its message had been sent ${duration(event.queuedMs)} before, by queue ${event.queue}.`]
      : []),
    ...(event.receiveCount > 1 ? [`SQS had delivered that message ${event.receiveCount} times.`] : []),
    waited(event),
    place(event),
  ];
}

function beginning(before: JobEvent | undefined): string {
  return before?.kind === "ended" && before.stage !== undefined ? `went on from checkpoint "${before.stage}"` : "began";
}

/** What lay between: an attempt that was given back, or one whose container fell silent. */
function sinceBefore(before: JobEvent | undefined, { atMs }: TakenEvent): string {
  if (before === undefined) return "";
  const gap = duration(atMs - before.atMs);
  if (before.kind === "ended") return `, ${gap} after the last one ended`;
  const last = before.kind === "taken" ? `container ${before.container}` : "the last one's container";
  return `, after ${last} had fallen silent and its lease had run out (its last word was ${gap} old)`;
}

function waited({ waitMs, waiting, priority, slots }: TakenEvent): string {
  const behind = waiting === 0 ? "" : `; ${counted(waiting, "job")} stood in line behind it`;
  if (waitMs < NOTICEABLE_MS) return `A slot was free at once${behind}.`;
  return `With priority ${priority} it waited ${duration(waitMs)} there for one of ${counted(slots, "slot")}${behind}.`;
}

function place({ running, slots, boundBy, session }: TakenEvent): string {
  const full = running >= slots ? ": full" : "";
  const limit = LIMITS.get(boundBy) ?? boundBy;
  const under = session === undefined ? "" : ` It works under session ${session}.`;
  return `${running} of ${counted(slots, "slot")} were at work with it${full}; ${limit} set their number.${under}`;
}

const LIMITS: ReadonlyMap<string, string> = new Map([
  ["phase", "the live phase"],
  ["memory", "the container's memory"],
  ["cpu", "the container's CPU"],
  ["isolation", "a self-test that contexts of its browser failed"],
]);
