import { signalAll, type ProcessKind } from "../stand/processes.ts";
import { NOTHING_TO_HIT, type Fault } from "./fault.ts";
import { pickProcess } from "./pick-process.ts";

/** Longer than anything waits for an answer. */
const FOR_GOOD_MS = 60_000;

/** Stops one process of a container at work; nobody but the worker can help. */
export function stopProcess(name: string, kind: ProcessKind, doc: string): Fault {
  return {
    name,
    doc,
    inject(target, random) {
      const picked = pickProcess(target, kind, random);
      if (picked === undefined) return NOTHING_TO_HIT;
      const { container, process } = picked;
      signalAll([process.pid], "SIGSTOP");
      return {
        what: `SIGSTOP to ${kind} ${process.pid} of ${container.view.id}, which held ${container.jobs.join(", ")}`,
        hit: true,
        interrupted: kind === "browser" ? container.jobs : [],
        end: { afterMs: FOR_GOOD_MS, now: () => signalAll([process.pid], "SIGCONT") },
      };
    },
  };
}
