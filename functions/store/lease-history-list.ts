import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import { trimmedHistory, type JobEvent, type TakenEvent } from "../core/job/job-history.ts";
import { hasHistory, takenEvent } from "../core/lease/lease-history.ts";
import type { TakeRequest } from "../core/lease/lease-store.ts";
import type { LeaseKey } from "../core/lease/lease.ts";
import { packJson, unpackJson } from "./packed-json.ts";

/**
 * A job's history as a DynamoDB list: `take` appends to it without having read it. Each element is packed JSON of some
 * events, in order; a holder's write leaves a single one.
 *
 * An event that `take` appends lacks fence and attempt, which nobody knows before the write. They are read off the item:
 * the last take has the item's own, and each take before it one less of both. So a take with nothing to tell leaves a mark
 * in its place, and so does a release that gave its attempt back and brought no history.
 */
type StoredEvent = JobEvent | UnnumberedTake | { readonly kind: "given-back" };
type UnnumberedTake = Omit<TakenEvent, "fence" | "attempt"> | { readonly kind: "taken-untold" };

export const NO_EVENTS: AttributeValue = { L: [] };

/** What a take appends to the list; undefined for a key that has no history. */
export function takenList(request: TakeRequest, nowMs: number): AttributeValue | undefined {
  return hasHistory(request.key) ? listOf([takenEvent(request, nowMs) ?? { kind: "taken-untold" }]) : undefined;
}

/** What a release that brings no history appends; undefined where nothing is to be remembered. */
export function givenBackList(key: LeaseKey, countsAsAttempt: boolean): AttributeValue | undefined {
  return hasHistory(key) && !countsAsAttempt ? listOf([{ kind: "given-back" }]) : undefined;
}

export function historyList(history: readonly JobEvent[]): AttributeValue {
  return listOf(trimmedHistory(history));
}

/** @param last fence and attempt of the item: those of the last take */
export function historyOf(
  list: AttributeValue | undefined,
  last: { readonly fence: number; readonly attempt: number },
): readonly JobEvent[] {
  // Of the take that was read last, on the way back; at first, of one after the item's own.
  let [fence, attempt] = [last.fence + 1, last.attempt + 1];
  const events: JobEvent[] = [];
  for (const event of storedEvents(list).toReversed()) {
    if (event.kind === "given-back") {
      // Behind the last take it says nothing that the item's own numbers don't.
      if (fence <= last.fence) attempt += 1;
    } else if (isUnnumbered(event)) {
      fence -= 1;
      attempt -= 1;
      if (event.kind === "taken") events.push({ ...event, fence, attempt });
    } else {
      events.push(event);
    }
  }
  return trimmedHistory(events.toReversed());
}

function isUnnumbered(event: StoredEvent): event is UnnumberedTake {
  return event.kind === "taken-untold" || (event.kind === "taken" && !("fence" in event));
}

function storedEvents(list: AttributeValue | undefined): StoredEvent[] {
  return (list?.L ?? []).flatMap((element) => JSON.parse(unpackJson(element) ?? "[]") as StoredEvent[]);
}

function listOf(events: readonly StoredEvent[]): AttributeValue {
  return { L: [packJson(JSON.stringify(events))] };
}
