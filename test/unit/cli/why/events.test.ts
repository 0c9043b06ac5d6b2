import { describe, expect, it } from "vitest";

import { describeEnded } from "../../../../cli/why/describe-ended.ts";
import { describeHistory } from "../../../../cli/why/describe-history.ts";
import { describeDisplaced, describeKillAsked, describeRecovered } from "../../../../cli/why/describe-interruption.ts";
import { describeTaken } from "../../../../cli/why/describe-taken.ts";
import { HISTORY_MAX_EVENTS, type JobEvent } from "../../../../functions/core/job/job-history.ts";
import { BEGIN_MS, takenEvent } from "./job-fixtures.ts";

const at = { atMs: BEGIN_MS + 10_000, fence: 1 };
const ended = { ...at, kind: "ended", outcome: "failed", runMs: 5_000 } as const;
const recovered = {
  ...at,
  kind: "recovered",
  lost: "browser",
  detail: "SIGKILL",
  browser: "browser-3",
  neighbours: 10,
  recoveryMs: 820,
  repeatedMs: 1_200,
} as const;

describe("taken", () => {
  it("says why it waited, where it ran and why there", () => {
    expect(describeTaken(takenEvent())).toEqual([
      "Attempt 1 began in container c-1.",
      "Its message had been sent 12.3 s before, by queue jobs.",
      "With priority normal it waited 4.2 s there for one of 10 slots; 3 jobs stood in line behind it.",
      "10 of 10 slots were at work with it: full; the container's memory set their number.",
    ]);
  });

  it("that nothing held up says so, and under which session", () => {
    const event = takenEvent({
      waitMs: 3,
      waiting: 0,
      running: 4,
      boundBy: "cpu",
      session: "login-1",
      receiveCount: 3,
    });
    expect(describeTaken(event)).toEqual([
      "Attempt 1 began in container c-1.",
      "Its message had been sent 12.3 s before, by queue jobs.",
      "SQS had delivered that message 3 times.",
      "A slot was free at once.",
      "4 of 10 slots were at work with it; the container's CPU set their number. It works under session login-1.",
    ]);
  });

  it.each([
    ["phase", "the live phase set their number."],
    ["isolation", "a self-test that contexts of its browser failed set their number."],
    ["something new", "something new set their number."],
  ])("bound by %s", (boundBy, words) => {
    expect(describeTaken(takenEvent({ boundBy })).at(-1)).toContain(words);
  });

  it("again says what ended the attempt before, also where nobody wrote it down", () => {
    const again = takenEvent({ atMs: BEGIN_MS + 75_000, attempt: 2, fence: 2, container: "c-2" });
    const first = (before: JobEvent) => describeTaken(again, before)[0];
    expect(first(ended)).toBe("Attempt 2 began in container c-2, 1 min 5 s after the last one ended.");
    expect(first({ ...ended, stage: "pages" })).toBe(
      'Attempt 2 went on from checkpoint "pages" in container c-2, 1 min 5 s after the last one ended.',
    );
    expect(first(takenEvent())).toBe(
      "Attempt 2 began in container c-2, after container c-1 had fallen silent and its lease had run out (its last word was 1 min 15 s old).",
    );
    expect(first(recovered)).toBe(
      "Attempt 2 began in container c-2, after the last one's container had fallen silent and its lease had run out (its last word was 1 min 5 s old).",
    );
  });
});

describe("recovered", () => {
  it.each([
    [recovered, "Browser browser-3 died with 10 jobs in it: SIGKILL."],
    [{ ...recovered, neighbours: 1 }, "Browser browser-3 died with this job alone in it: SIGKILL."],
    [
      { ...recovered, lost: "renderer", detail: "crashed." },
      "Its page's own process in browser browser-3 died: crashed.",
    ],
    [
      { ...recovered, lost: "memory", detail: "1900 of 2048 MiB" },
      "It was put out of browser browser-3 before memory ran out, being the largest of 10 jobs: 1900 of 2048 MiB.",
    ],
  ] as const)("%#: names what was lost", (event, sentence) => {
    expect(describeRecovered(event)[0]).toBe(sentence);
  });

  it("says when it went on and what it did twice", () => {
    expect(describeRecovered(recovered)[1]).toBe(
      "It went on 0.8 s later in the same container and lease, with 1.2 s of work to do again since its checkpoint.",
    );
    expect(describeRecovered({ ...recovered, repeatedMs: 0 })[1]).toContain("with nothing done twice");
    const { recoveryMs: _, ...never } = recovered;
    expect(describeRecovered(never)[1]).toBe("It got no other context here in its place.");
  });
});

it("displaced says by whom and what it cost", () => {
  const event = { ...at, kind: "displaced", by: "urgent-7", waitedMs: 4_000, repeatedMs: 0 } as const;
  expect(describeDisplaced(event)).toEqual([
    "Critical job urgent-7 took its slot.",
    "It kept its place in line, waited 4 s for another slot, and went on with nothing done twice.",
  ]);
});

it("kill-asked says who", () => {
  expect(describeKillAsked({ ...at, kind: "kill-asked", by: "Ann" })).toEqual(["Ann asked for its end."]);
});

describe("ended", () => {
  it.each([
    ["completed", "it completed"],
    ["failed", "it failed"],
    ["timed-out", "it had used up its maxDurationMs"],
    ["crashed", "its context was lost, and this attempt with it"],
    ["rejected", "it was rejected"],
    ["out-of-time", "it left for another container, because this one's invocation neared its end"],
    ["lease-lost", "it stopped, because another container had taken its lease; nothing more was written here"],
    ["session-unavailable", "its session could not be had any more; the attempt isn't counted"],
    ["preempted", "it made room for critical work, and no other slot came free here; the attempt isn't counted"],
    ["killed", "it was ended by an operator"],
  ] as const)("as %s", (outcome, words) => {
    expect(describeEnded({ ...ended, outcome })).toEqual([`After 5 s of work ${words}.`]);
  });

  it("with the detail, the stage, and what took the context", () => {
    const event = { ...ended, outcome: "crashed", detail: "no reply.", stage: "pages" } as const;
    expect(describeEnded({ ...event, lost: "browser", browser: "browser-3", neighbours: 1 })).toEqual([
      'After 5 s of work its context was lost, and this attempt with it: no reply. It had got to "pages".',
      "Browser browser-3 died with this job alone in it.",
    ]);
    expect(describeEnded({ ...ended, outcome: "killed", runMs: 0 })).toEqual([
      "Before it was at work it was ended by an operator.",
    ]);
  });
});

it("a history that was cut says so", () => {
  const history = Array.from({ length: HISTORY_MAX_EVENTS }, () => recovered);
  expect(describeHistory(history).at(-1)?.sentences[0]).toMatch(/^A record keeps 40 events/u);
  expect(describeHistory(history.slice(1)).at(-1)?.sentences[0]).toMatch(/^Browser/u);
});
