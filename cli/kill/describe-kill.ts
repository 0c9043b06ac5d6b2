import { counted } from "../counted.ts";
import { JOB_QUEUES, type QueueDepth } from "../queue-depths.ts";
import { duration } from "../times.ts";
import type { AllKilled } from "./kill-all.ts";
import type { KillEnd } from "./kill-job.ts";
import { OPERATOR } from "./killed-result.ts";

/** One line, or a few, for people. */
export function describeKill(end: KillEnd, nowMs: number): string {
  switch (end.kind) {
    case "ended":
      return `${end.id}: ${describeEnd(end)}`;
    case "ordered":
      return `${end.id}: container ${end.record.owner.container} will end it within seconds`;
    case "still-held": {
      const { owner, expiresAtMs } = end.record;
      const lease =
        expiresAtMs > nowMs ? `its lease ends in ${duration(expiresAtMs - nowMs)} unless renewed` : "its lease is over";
      return `${end.id}: container ${owner.container} still holds it; ${lease}. The order stands: a container that lives obeys within seconds, and after a dead one \`npx sublet kill ${end.id}\` ends the job here. \`npx sublet why ${end.id}\` says how it stands.`;
    }
    case "too-many-orders":
      return `${end.id}: not ordered, because too many kill orders stand. Each is over after 15 minutes; \`npx sublet kill --all\` needs no room.`;
  }
}

function describeEnd({ result }: Extract<KillEnd, { kind: "ended" }>): string {
  const at = new Date(result.finishedAtMs).toISOString();
  if (result.kind !== "killed") return `had ended already: ${result.kind}, at ${at}`;
  return result.container === OPERATOR
    ? `killed while it waited: no container will run it`
    : `killed in container ${result.container}, at ${at}`;
}

/** What came of ending everything. @param queues as they are afterwards */
export function describeKillAll({ ended, left }: AllKilled, queues: readonly QueueDepth[], waited: boolean): string[] {
  const kinds = new Map<string, number>();
  for (const { state, result } of ended) {
    const kind = result?.kind ?? (state === "released" ? "given back" : "taken by another container");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const list = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
  const gone = ended.length === 0 ? [] : [`${counted(ended.length, "job")} ended: ${list}.`];
  const still = waited ? "still held" : "to end within seconds";
  const rest = left.length === 0 ? [] : [`${counted(left.length, "job")} ${still}: ${namesOf(left)}.`];
  const nothing = ended.length + left.length === 0 ? ["No job ran."] : [];
  return [...nothing, ...gone, ...rest, ...stillQueued(queues)];
}

const NAMED_MAX = 10;

function namesOf(jobs: AllKilled["left"]): string {
  const named = jobs.slice(0, NAMED_MAX).map(({ id, container }) => `${id} in ${container}`);
  return [...named, ...(jobs.length > NAMED_MAX ? [`${jobs.length - NAMED_MAX} more`] : [])].join(", ");
}

function stillQueued(queues: readonly QueueDepth[]): string[] {
  const waiting = queues.filter(({ queue }) => JOB_QUEUES.includes(queue));
  const messages = waiting.reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0);
  if (messages === 0) return ["The queues are empty."];
  return [
    `The queues still hold about ${counted(messages, "message")}, which run as before. \`npx sublet drain\` keeps them from being started.`,
  ];
}
