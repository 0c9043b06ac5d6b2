import type { JobEvent } from "../../functions/core/job/job-history.ts";
import type { OutcomeKind } from "../../functions/core/job/outcome.ts";
import { duration } from "../times.ts";
import { describeLoss, reason } from "./describe-interruption.ts";

type EndedEvent = Extract<JobEvent, { kind: "ended" }>;

export function describeEnded(event: EndedEvent): string[] {
  const { outcome, detail, runMs, stage, lost } = event;
  const reached = stage === undefined ? "" : ` It had got to "${stage}".`;
  return [
    `${runMs <= 0 ? "Before it was at work" : `After ${duration(runMs)} of work`} ${ENDINGS[outcome]}${reason(detail)}${reached}`,
    ...(lost === undefined ? [] : [`${describeLoss({ ...event, lost })}.`]),
  ];
}

const ENDINGS: Readonly<Record<OutcomeKind, string>> = {
  completed: "it completed",
  failed: "it failed",
  "timed-out": "it had used up its maxDurationMs",
  crashed: "its context was lost, and this attempt with it",
  rejected: "it was rejected",
  "out-of-time": "it left for another container, because this one's invocation neared its end",
  "lease-lost": "it stopped, because another container had taken its lease; nothing more was written here",
  "session-unavailable": "its session could not be had any more; the attempt isn't counted",
  preempted: "it made room for critical work, and no other slot came free here; the attempt isn't counted",
  killed: "it was ended by an operator",
};
