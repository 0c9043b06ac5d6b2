import type { Random } from "../../examples/shop/random.ts";
import { processesOf, type ContainerProcess, type ProcessKind } from "../stand/processes.ts";
import type { BusyContainer, FaultTarget } from "./fault.ts";

/** One of the containers at work that runs such a process, and one of these; undefined where none does. */
export function pickProcess(
  target: FaultTarget,
  kind: ProcessKind,
  random: Random,
): { readonly container: BusyContainer; readonly process: ContainerProcess } | undefined {
  const container = pickContainer(target, random);
  if (container === undefined) return undefined;
  const all = processesOf(container.view).filter((process) => process.kind === kind);
  const [first, ...others] = all.toSorted((one, other) => one.pid - other.pid);
  return first === undefined ? undefined : { container, process: random.pick([first, ...others]) };
}

/** One of the containers at work; undefined while none is. */
export function pickContainer(target: FaultTarget, random: Random): BusyContainer | undefined {
  const [first, ...others] = target.containers().filter(({ jobs }) => jobs.length > 0);
  return first === undefined ? undefined : random.pick([first, ...others]);
}
