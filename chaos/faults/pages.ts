import type { OutcomeKind } from "../../functions/core/job/outcome.ts";
import type { PlannedJob } from "../plan/plan.ts";
import type { Fault } from "./fault.ts";

const TROUBLE_MS = 4_000;

/** A hostile page, met by one or two jobs among the others; these alone may end otherwise than completed. */
function hostilePage(page: string, doc: string, mayEnd: readonly OutcomeKind[]): Fault {
  return {
    name: `page-${page}`,
    doc,
    jobs: (random, id) =>
      Array.from({ length: random.int(1, 2) }, (_, index): PlannedJob => ({
        id: id(`${page}-${index}`),
        work: { kind: "trouble", page },
        priority: random.pick(["low", "normal", "high"]),
        copies: 1,
        sendAtShare: random.int(0, 30) / 100,
        maxDurationMs: TROUBLE_MS,
        mayEnd,
      })),
  };
}

const STOPPED: readonly OutcomeKind[] = ["timed-out", "failed"];

export const PAGE_FAULTS: readonly Fault[] = [
  hostilePage("endless-loop", "A page whose script never ends while it is parsed.", STOPPED),
  hostilePage("late-loop", "A page whose script hangs once it is loaded, and can't be closed in the usual way.", [
    "completed",
    ...STOPPED,
  ]),
  hostilePage("dialogs", "A page that opens one dialog after the other.", ["completed", ...STOPPED]),
  hostilePage("before-unload", "A page that doesn't want to be left, and is busy when it has to be.", [
    "completed",
    ...STOPPED,
  ]),
  hostilePage("popups", "A page that opens 25 popups.", ["completed", ...STOPPED]),
  hostilePage("download", "An address that is a download.", STOPPED),
  hostilePage("redirect-loop", "An address that leads to itself.", STOPPED),
  hostilePage("endless-body", "A page whose body has no end.", STOPPED),
  hostilePage("memory-hog", "A page that takes memory until there is none.", ["completed", "crashed", ...STOPPED]),
];
