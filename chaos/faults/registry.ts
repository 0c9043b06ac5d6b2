import { AWS_FAULTS } from "./aws.ts";
import { CONTAINER_FAULTS } from "./containers.ts";
import type { Fault } from "./fault.ts";
import { PAGE_FAULTS } from "./pages.ts";
import { PROCESS_FAULTS } from "./processes.ts";
import { SITE_FAULTS } from "./site.ts";
import { WORK_FAULTS } from "./work.ts";

/** Every kind of fault. Plans take turns over this list: its order is part of what a seed means. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...CONTAINER_FAULTS,
  ...PAGE_FAULTS,
  ...SITE_FAULTS,
  ...AWS_FAULTS,
  ...WORK_FAULTS,
];

/** @throws RangeError for a name that no fault has */
export function faultNamed(name: string): Fault {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined)
    throw new RangeError(`no fault is called ${name}; there are ${FAULTS.map((one) => one.name).join(", ")}`);
  return fault;
}
