import type { ContextLossKind, JobEvent } from "../../functions/core/job/job-history.ts";
import { counted } from "../counted.ts";
import { duration } from "../times.ts";

type EventOf<Kind extends JobEvent["kind"]> = Extract<JobEvent, { kind: Kind }>;

export interface Loss {
  readonly lost: ContextLossKind;
  readonly browser?: string | undefined;
  /** Jobs in the browser, this one included. */
  readonly neighbours?: number | undefined;
}

export function describeRecovered(event: EventOf<"recovered">): string[] {
  const { recoveryMs, repeatedMs } = event;
  const wentOn =
    recoveryMs === undefined
      ? "It got no other context here in its place."
      : `It went on ${duration(recoveryMs)} later in the same container and lease, ${repeated(repeatedMs)}.`;
  return [`${describeLoss(event)}${reason(event.detail)}`, wentOn];
}

export function describeDisplaced({ by, waitedMs, repeatedMs }: EventOf<"displaced">): string[] {
  return [
    `Critical job ${by} took its slot.`,
    `It kept its place in line, waited ${duration(waitedMs)} for another slot, and went on ${repeated(repeatedMs)}.`,
  ];
}

export function describeKillAsked({ by }: EventOf<"kill-asked">): string[] {
  return [`${by} asked for its end.`];
}

export function describeLoss({ lost, browser, neighbours }: Loss): string {
  const where = browser === undefined ? "its browser" : `browser ${browser}`;
  switch (lost) {
    case "browser": {
      const jobs =
        neighbours === undefined
          ? ""
          : neighbours <= 1
            ? " with this job alone in it"
            : ` with ${neighbours} jobs in it`;
      return `${capitalized(where)} died${jobs}`;
    }
    case "renderer":
      return `Its page's own process in ${where} died`;
    case "memory": {
      const largest =
        neighbours === undefined || neighbours <= 1 ? "" : `, being the largest of ${counted(neighbours, "job")}`;
      return `It was put out of ${where} before memory ran out${largest}`;
    }
  }
}

function repeated(repeatedMs: number): string {
  return repeatedMs <= 0
    ? "with nothing done twice"
    : `with ${duration(repeatedMs)} of work to do again since its checkpoint`;
}

/** The rest of the sentence: details come with full stop or without. */
export function reason(detail: string | undefined): string {
  return detail === undefined || detail === "" ? "." : `: ${detail.replace(/\.$/u, "")}.`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
