import { signalAll, type ProcessKind } from "../stand/processes.ts";
import { NOTHING_TO_HIT, type Fault } from "./fault.ts";
import { pickProcess } from "./pick-process.ts";

/**
 * Ends one process of a container at work.
 * @param interrupts whether every job of the container is interrupted by it
 */
export function killProcess(
  name: string,
  kind: ProcessKind,
  doc: string,
  { interrupts, signal = "SIGKILL" }: { readonly interrupts: boolean; readonly signal?: "SIGKILL" | "SIGTERM" },
): Fault {
  return {
    name,
    doc,
    inject(target, random) {
      const picked = pickProcess(target, kind, random);
      if (picked === undefined) return NOTHING_TO_HIT;
      const { container, process } = picked;
      signalAll([process.pid], signal);
      return {
        what: `${signal} to ${kind} ${process.pid} of ${container.view.id}, which held ${container.jobs.join(", ")}`,
        hit: true,
        interrupted: interrupts ? container.jobs : [],
      };
    },
  };
}
