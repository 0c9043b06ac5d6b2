import fc from "fast-check";
import { describe, expect, it, test } from "vitest";

import {
  DISPLACEMENTS_MAX,
  displacementsOf,
  verdictOf,
  wasEvictedAlone,
} from "../../../../functions/core/job/blame.ts";
import { trimmedHistory, type ContextLossKind, type JobEvent } from "../../../../functions/core/job/job-history.ts";

const START_MS = Date.UTC(2026, 0, 1);

function taken(fence: number, running = 1, slots = 10, alone?: true): JobEvent {
  const circumstances = {
    invocation: `i-${fence}`,
    queuedMs: 5,
    receiveCount: 1,
    queue: "jobs",
    waitMs: 0,
    waiting: 0,
  };
  const where = { container: `c-${fence}`, running, slots, boundBy: "phase", priority: "normal", alone };
  return { kind: "taken", atMs: START_MS + fence * 1_000, fence, attempt: fence, ...circumstances, ...where };
}

function recovered(fence: number, lost: ContextLossKind, neighbours: number, browser = `b-${fence}`): JobEvent {
  const atMs = START_MS + fence * 1_000 + 500;
  return { kind: "recovered", atMs, fence, lost, detail: "gone", browser, neighbours, repeatedMs: 10 };
}

function ended(fence: number, loss?: { lost: ContextLossKind; browser: string; neighbours: number }): JobEvent {
  const outcome = loss ? "crashed" : "failed";
  return { kind: "ended", atMs: START_MS + fence * 1_000 + 900, fence, outcome, runMs: 900, ...loss };
}

const displaced: JobEvent = { kind: "displaced", atMs: START_MS, fence: 1, by: "vip", waitedMs: 5, repeatedMs: 0 };

const died = (fence: number, neighbours: number) => [taken(fence, neighbours), recovered(fence, "browser", neighbours)];

describe("verdictOf", () => {
  test.each<[string, JobEvent[], "run" | "alone" | "poison"]>([
    ["nothing happened", [], "run"],
    ["one certain death", died(1, 1), "run"],
    ["one shared death", died(1, 5), "run"],
    ["a certain and a shared death", [...died(1, 1), ended(1), ...died(2, 5)], "poison"],
    ["two certain deaths", [...died(1, 1), recovered(1, "browser", 1, "b-next")], "poison"],
    ["two shared deaths", [...died(1, 5), recovered(1, "browser", 5, "b-next")], "alone"],
    [
      "two shared deaths and one alone",
      [...died(1, 5), recovered(1, "browser", 5, "b-next"), recovered(1, "browser", 1, "b-last")],
      "poison",
    ],
    [
      "an end by a dead browser",
      [...died(1, 1), ended(1, { lost: "browser", browser: "b-2", neighbours: 3 })],
      "poison",
    ],
    [
      "one dead browser, written down twice",
      [...died(1, 1), ended(1, { lost: "browser", browser: "b-1", neighbours: 1 })],
      "run",
    ],
    ["renderers that crashed", [taken(1), recovered(1, "renderer", 1), recovered(1, "renderer", 1)], "run"],
    ["an eviction for memory beside others", [taken(1, 4), recovered(1, "memory", 4)], "alone"],
    ["an eviction for memory with nobody else", [taken(1), recovered(1, "memory", 1)], "run"],
    ["one vanished container", [taken(1, 3), taken(2, 3)], "run"],
    ["two vanished containers", [taken(1, 3), taken(2, 3), taken(3, 1)], "alone"],
    ["vanished with it alone at first, but others may have come", [taken(1, 1), taken(2, 1), taken(3, 1)], "alone"],
    ["vanished while it ran alone", [taken(1, 1), taken(2, 1), taken(3, 1, 10, true), taken(4, 1)], "poison"],
    ["vanished twice with a single slot", [taken(1, 1, 1), taken(2, 1, 1), taken(3, 1, 1)], "poison"],
    ["attempts that ended", [taken(1), ended(1), taken(2), ended(2), taken(3)], "run"],
  ])("%s: %#", (_what, history, kind) => {
    expect(verdictOf(history).kind).toBe(kind);
  });

  it("says why in plain words, with browsers, times and neighbours", () => {
    const verdict = verdictOf([...died(1, 5), ended(1), ...died(2, 2), recovered(2, "browser", 1, "b-3")]);
    expect(verdict).toMatchObject({
      kind: "poison",
      why:
        "3 browsers died with it: b-1 at 2026-01-01T00:00:01.500Z with 4 other jobs in it, " +
        "b-2 at 2026-01-01T00:00:02.500Z with 1 other job in it, b-3 at 2026-01-01T00:00:02.500Z with no other job in it",
      deaths: [
        { browser: "b-1", neighbours: 5, certain: false },
        { browser: "b-2" },
        { browser: "b-3", certain: true },
      ],
    });
    expect(verdictOf([taken(1, 4), recovered(1, "memory", 4)])).toMatchObject({
      why: "it took the most memory of 4 jobs when their container ran out, at 2026-01-01T00:00:01.500Z",
    });
  });

  it("takes no cut in a long history for a container that vanished", () => {
    const long = [
      displaced,
      displaced,
      displaced,
      taken(1),
      ...Array.from({ length: 19 }, (_, n) => [ended(n + 1), taken(n + 2)]).flat(),
    ];
    const cut = trimmedHistory(trimmedHistory([...long, recovered(20, "browser", 3)]));
    expect(cut.slice(3, 5)).toMatchObject([{ kind: "taken" }, { kind: "taken" }]);
    expect(verdictOf([...cut, recovered(20, "renderer", 3)]).kind).toBe("run");
  });
});

describe("wasEvictedAlone", () => {
  it("is for a job that fills a container by itself", () => {
    expect(wasEvictedAlone([taken(1), recovered(1, "memory", 1)])).toBe(true);
    expect(wasEvictedAlone([taken(1, 2), recovered(1, "memory", 2), recovered(1, "browser", 1)])).toBe(false);
  });
});

describe("displacementsOf", () => {
  it("counts to the limit", () => {
    expect(displacementsOf([taken(1), ended(1)])).toBe(0);
    expect(displacementsOf([taken(1), displaced, displaced])).toBe(DISPLACEMENTS_MAX);
  });
});

type Judge = (history: readonly JobEvent[]) => { readonly kind: "run" | "alone" | "poison" };

/** How one round ends for the job in question, by whatever its neighbours do. */
const round = fc.record({
  /** Jobs that would be in the browser, were it allowed any. */
  neighbours: fc.integer({ min: 1, max: 10 }),
  how: fc.constantFrom("recovered" as const, "ended" as const, "vanished" as const),
  /** Between the deaths things happen that nobody is to blame for. */
  noise: fc.array(fc.constantFrom("renderer" as const, "displaced" as const), { maxLength: 3 }),
});
type Round = typeof round extends fc.Arbitrary<infer Value> ? Value : never;

/** Plays rounds, in each of which the job's browser dies. Answers the deaths that it took to be found out. */
function deathsUntilPoison(judge: Judge, rounds: readonly Round[], innocent: boolean): number | undefined {
  const history: JobEvent[] = [];
  let fence = 0;
  for (const [deaths, { neighbours, how, noise }] of rounds.entries()) {
    // Who came to an empty container may be joined by others.
    history.push(taken((fence += 1), how === "vanished" ? 1 : neighbours));
    const verdict = judge(history).kind;
    if (verdict === "poison") return deaths;
    if (verdict === "alone") history.splice(-1, 1, taken(fence, 1, 10, true));
    for (const one of noise) {
      if (one === "displaced") history.push(displaced);
      else history.push(recovered(fence, "renderer", neighbours, `b-${fence}`));
    }
    // With nobody beside it an innocent job's browser lives.
    if (innocent && verdict === "alone") history.push(ended(fence));
    else {
      const beside = verdict === "alone" ? 1 : Math.max(innocent ? 2 : 1, neighbours);
      if (how === "recovered") history.push(recovered(fence, "browser", beside), ended(fence));
      if (how === "ended") history.push(ended(fence, { lost: "browser", browser: `b-${fence}`, neighbours: beside }));
    }
  }
  return judge([...history, taken(fence + 1)]).kind === "poison" ? rounds.length : undefined;
}

const rounds = fc.array(round, { minLength: 3, maxLength: 8 });
const runs = { numRuns: 1_000 };
const innocence = (judge: Judge) =>
  fc.assert(
    fc.property(rounds, (list) => deathsUntilPoison(judge, list, true) === undefined),
    runs,
  );
const guilt = (judge: Judge) =>
  fc.assert(
    fc.property(rounds, (list) => (deathsUntilPoison(judge, list, false) ?? Infinity) <= 3),
    runs,
  );

describe("verdictOf, whatever the neighbours do", { timeout: 60_000 }, () => {
  it("never calls a job poison that kills no browser when it is alone", () => {
    expect(() => innocence(verdictOf)).not.toThrow();
  });

  it("finds a job that always kills its browser after three deaths at most", () => {
    expect(() => guilt(verdictOf)).not.toThrow();
  });

  it("known-bad twin: one that counts every death alike condemns the innocent", () => {
    const deaths = (history: readonly JobEvent[]) =>
      history.filter((event) => "lost" in event && event.lost === "browser").length;
    expect(() => innocence((history) => ({ kind: deaths(history) >= 2 ? "poison" : "run" }))).toThrow(
      /Property failed/u,
    );
  });

  it("known-bad twin: one that takes a vanished container's first count for its last condemns the innocent", () => {
    const credulous: Judge = (history) =>
      verdictOf(
        history.map((event) => (event.kind === "taken" && event.running === 1 ? { ...event, slots: 1 } : event)),
      );
    expect(() => innocence(credulous)).toThrow(/Property failed/u);
  });

  it("known-bad twins: one that looks only at certain deaths, or not at vanished containers, finds the guilty too late", () => {
    const isLoss = (event: JobEvent) => "lost" in event && event.lost === "browser";
    const certainOnly: Judge = (history) =>
      verdictOf(history.filter((event) => !isLoss(event) || ("neighbours" in event && event.neighbours === 1)));
    expect(() => guilt(certainOnly)).toThrow(/Property failed/u);
    const blind: Judge = (history) => verdictOf(history.filter(({ kind }) => kind !== "taken"));
    expect(() => guilt(blind)).toThrow(/Property failed/u);
  });
});
