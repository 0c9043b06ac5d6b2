import { groupMembers } from "./process-group.ts";

/**
 * CPU time that a process group has used so far, in seconds: its living processes, and the dead ones that a living one
 * has waited for. Reading it costs one pass over /proc.
 */
export function cpuSecondsOfGroup(group: number): number {
  return groupMembers(group).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}
