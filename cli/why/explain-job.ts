import type { FleetOrders } from "../../functions/core/fleet/fleet-orders.ts";
import { interruptionsOf } from "../../functions/core/job/interruptions.ts";
import type { LeaseRecord } from "../../functions/core/lease/lease.ts";
import { localTime } from "../times.ts";
import { describeInterruptions } from "./describe-costs.ts";
import { describeHistory } from "./describe-history.ts";
import { describeCheckpoint, describeNow } from "./describe-now.ts";
import { nextSteps } from "./next-step.ts";

/** Why a job is as it is, in lines for people: what happened, how it stands, what to do. */
export function explainJob(
  record: LeaseRecord,
  orders: Pick<FleetOrders, "drain">,
  nowMs: number,
  timeOf: (atMs: number) => string = localTime,
): string[] {
  const steps = nextSteps(record, orders, nowMs, timeOf);
  const interruptions = interruptionsOf(record.history);
  return [
    headline(record),
    "",
    ...(record.history.length === 0 ? ["Its record tells no history."] : story(record, timeOf)),
    "",
    ...describeNow(record, nowMs),
    ...(record.state === "finished" ? [] : [describeCheckpoint(record.checkpoint, nowMs)]),
    ...(interruptions === undefined ? [] : [`It was ${describeInterruptions(interruptions)}.`]),
    ...(steps.length === 0 ? [] : ["", ...steps]),
  ];
}

function headline({ key, state, result, strategy, site, jobClass, id, fence }: LeaseRecord): string {
  const word = result?.kind ?? { held: "held", released: "waiting", finished: "ended" }[state];
  const what = [strategy, site, jobClass].filter((one) => one !== undefined).join(", ");
  return `Job ${key.slice("job#".length)}: ${word}${what === "" ? "" : ` (${what})`}, lease ${id}, fence ${fence}`;
}

function story({ history }: LeaseRecord, timeOf: (atMs: number) => string): string[] {
  return describeHistory(history).flatMap(({ atMs, sentences }) => {
    const time = timeOf(atMs);
    return sentences.map((sentence, index) => `${index === 0 ? time : " ".repeat(time.length)}  ${sentence}`);
  });
}
