import { randomFrom, type Random } from "../../examples/shop/random.ts";
import { CHECKPOINT_POLICIES } from "../../functions/core/checkpoint/checkpoint-policy.ts";
import type { FaultOrder, Plan, PlannedJob } from "./plan.ts";

/** What the drawing of plans knows of a fault. */
export interface DrawableFault {
  readonly name: string;
  /** Whether it is there before the first job is sent. @default at a moment that is drawn */
  readonly atStart?: true;
  /** Jobs that it brings along, drawn like everything else. */
  jobs?(random: Random, id: (what: string) => string): readonly PlannedJob[];
}

const LISTS = { min: 5, max: 8 } as const;
/** Several times what a list takes, so that an attempt that hangs is over within the plan. */
const LIST_MAX_MS = 20_000;
const SEED_MAX = 2 ** 31 - 1;

/**
 * Plan `number` of a seed. Faults take turns, so that each gets its share of the plans; every fifth plan or so has a second
 * one. The same seed, number and list of faults give the same plan.
 */
export function drawPlan(seed: number, number: number, faults: readonly DrawableFault[]): Plan {
  const first = faults[number % faults.length];
  if (first === undefined) throw new RangeError("there is no fault to plan with");
  // Far apart, so that neighbouring numbers have nothing in common.
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const chosen = random.chance(0.2) ? [first, faults[random.int(0, faults.length - 1)] ?? first] : [first];
  const different = [...new Set(chosen)];
  const id = (what: string) => `chaos-${seed}-${number}-${what}`;
  const lists = Array.from({ length: random.int(LISTS.min, LISTS.max) }, (_, index) =>
    drawList(random, id(`list-${index}`)),
  );
  const orders: FaultOrder[] = different.map(({ name, atStart }) => ({
    fault: name,
    atShare: atStart ? 0 : random.int(5, 60) / 100,
    seed: random.int(0, SEED_MAX),
  }));
  const brought = different.flatMap((fault) => fault.jobs?.(random, id) ?? []);
  return { seed, number, faults: orders, jobs: [...lists, ...brought] };
}

/** The numbers of the first `count` plans that begin with one fault. */
export function plansOf(fault: string, count: number, faults: readonly DrawableFault[]): number[] {
  const index = faults.findIndex(({ name }) => name === fault);
  if (index < 0) throw new RangeError(`no fault is called ${fault}`);
  return Array.from({ length: count }, (_, round) => index + round * faults.length);
}

function drawList(random: Random, id: string): PlannedJob {
  const policy = random.pick([undefined, ...CHECKPOINT_POLICIES, "navigation", "navigation"] as const);
  return {
    id,
    work: {
      kind: "list",
      pages: random.int(8, 16),
      pageMs: random.int(60, 220),
      screenshot: random.chance(0.2),
    },
    priority: random.pick(["low", "low", "normal", "normal", "high"]),
    ...(policy === undefined ? {} : { checkpoint: policy }),
    copies: random.chance(0.1) ? random.int(2, 3) : 1,
    sendAtShare: random.chance(0.2) ? random.int(10, 60) / 100 : 0,
    maxDurationMs: LIST_MAX_MS,
    mayEnd: ["completed"],
  };
}
