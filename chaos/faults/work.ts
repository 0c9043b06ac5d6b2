import type { PlannedJob } from "../plan/plan.ts";
import { NOTHING_TO_HIT, type Fault } from "./fault.ts";

const duplicates: Fault = {
  name: "duplicates",
  doc: "Every job that is under way is delivered once more.",
  async inject(target) {
    const jobs = target.atWork();
    await target.sendAgain(jobs);
    return jobs.length === 0 ? NOTHING_TO_HIT : { what: `${jobs.join(", ")} sent once more`, hit: true };
  },
};

/** Each as wrong as it can be in its own way. */
const MALFORMED: readonly ((id: string) => string)[] = [
  () => "{this is not JSON",
  (id) => JSON.stringify({ v: 1, id, strategy: "recipe", site: "shop.example", input: {}, priorty: "high" }),
  (id) => JSON.stringify({ v: 1, id, strategy: "mine-bitcoin", site: "shop.example", input: {} }),
  (id) => JSON.stringify({ v: 1, id, strategy: "recipe", site: "shop.example", input: { steps: "all of them" } }),
  (id) => JSON.stringify({ v: 2, id }),
  () => `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
];

const malformed: Fault = {
  name: "malformed",
  doc: "Messages that are no jobs arrive among the others.",
  jobs: (random, id) =>
    MALFORMED.map((body, index): PlannedJob => {
      const own = id(`malformed-${index}`);
      return {
        id: own,
        work: { kind: "malformed", body: body(own) },
        priority: random.pick(["normal", "high"]),
        copies: 1,
        sendAtShare: random.int(0, 50) / 100,
        maxDurationMs: 0,
        mayEnd: ["rejected"],
      };
    }),
};

const criticalStorm: Fault = {
  name: "critical-storm",
  doc: "More critical jobs than there are slots arrive at once and displace the others.",
  jobs: (random, id) => {
    const sendAtShare = random.int(10, 50) / 100;
    return Array.from({ length: random.int(6, 12) }, (_, index): PlannedJob => ({
      id: id(`critical-${index}`),
      work: { kind: "list", pages: random.int(1, 4), pageMs: random.int(20, 80), screenshot: false },
      priority: "critical",
      copies: 1,
      sendAtShare,
      maxDurationMs: 60_000,
      mayEnd: ["completed"],
    }));
  },
};

/** No plan lasts longer. */
const WHOLE_PLAN_MS = 120_000;

const shortInvocations: Fault = {
  name: "short-invocations",
  atStart: true,
  doc: "Invocations end after seconds: what runs longer moves from one to the next.",
  inject(target, random) {
    const seconds = random.int(6, 9);
    const end = { afterMs: WHOLE_PLAN_MS, now: target.functionTimeout(seconds) };
    return { what: `invocations of ${seconds} s`, hit: true, end };
  },
  jobs: (random, id) =>
    Array.from({ length: random.int(1, 2) }, (_, index): PlannedJob => ({
      id: id(`long-${index}`),
      work: { kind: "list", pages: random.int(30, 50), pageMs: random.int(150, 250), screenshot: false },
      priority: "normal",
      checkpoint: "navigation",
      copies: 1,
      sendAtShare: 0,
      maxDurationMs: 120_000,
      mayEnd: ["completed"],
    })),
};

const DOOMED = "doomed";

const operatorKill: Fault = {
  name: "operator-kill",
  doc: "An operator has a job killed that is under way.",
  jobs: (random, id) => [
    {
      id: id(DOOMED),
      work: { kind: "list", pages: random.int(40, 60), pageMs: 200, screenshot: false },
      priority: "normal",
      copies: random.int(1, 2),
      sendAtShare: 0,
      maxDurationMs: 60_000,
      mayEnd: ["killed", "completed"],
    },
  ],
  async inject(target) {
    const job = target.atWork().find((one) => one.endsWith(DOOMED));
    if (job === undefined) return NOTHING_TO_HIT;
    await target.orders.kill({ job, atMs: Date.now(), by: "the chaos suite" });
    return { what: `a kill order for ${job}`, hit: true };
  },
};

export const WORK_FAULTS: readonly Fault[] = [duplicates, malformed, criticalStorm, shortInvocations, operatorKill];
