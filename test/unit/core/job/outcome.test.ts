import { describe, expect, it } from "vitest";

import { classifyError } from "../../../../functions/core/job/classify-error.ts";
import { PermanentFailure, TransientFailure } from "../../../../functions/core/job/failures.ts";
import { dispositionOf, type Outcome } from "../../../../functions/core/job/outcome.ts";

const flaky: Outcome = { kind: "failed", error: { name: "X", message: "x" }, retryable: true };
const permanent: Outcome = { kind: "failed", error: { name: "X", message: "x" }, retryable: false };
const timedOut: Outcome = { kind: "timed-out", afterMs: 1 };
const crashed: Outcome = { kind: "crashed", what: "renderer", detail: "gone" };
const stuck: Outcome = { kind: "out-of-time", afterMs: 1, advanced: false };
const moving: Outcome = { kind: "out-of-time", afterMs: 1, advanced: true };

describe("dispositionOf", () => {
  it.each<[string, Outcome, number, string]>([
    ["completed", { kind: "completed", output: 1 }, 1, "final"],
    ["a permanent failure", permanent, 1, "final"],
    ["a flaky failure with tries left", flaky, 2, "counted"],
    ["a flaky failure at its last try", flaky, 3, "final"],
    ["timed out with tries left", timedOut, 1, "counted"],
    ["timed out at its last try", timedOut, 3, "final"],
    ["crashed with tries left", crashed, 1, "counted"],
    ["crashed at its last try", crashed, 3, "final"],
    ["out of time after a checkpoint, at its last try", moving, 3, "free"],
    ["out of time with nothing to show", stuck, 1, "counted"],
    ["out of time with nothing to show, at its last try", stuck, 3, "final"],
    ["a lost lease", { kind: "lease-lost", detail: "" }, 3, "free"],
    ["preempted", { kind: "preempted", by: "j" }, 3, "free"],
    ["killed", { kind: "killed", atMs: 1, by: "me" }, 1, "final"],
  ])("%s", (_what, outcome, attempt, expected) => {
    const disposition = dispositionOf(outcome, attempt, 3);
    expect(disposition.kind === "final" ? "final" : disposition.countsAsAttempt ? "counted" : "free").toBe(expected);
  });

  it("backs off, up to a minute", () => {
    const delays = [1, 2, 3, 9].map((attempt) => {
      const disposition = dispositionOf(flaky, attempt, 10);
      return disposition.kind === "give-back" ? disposition.delaySeconds : undefined;
    });
    expect(delays).toEqual([2, 4, 8, 60]);
  });
});

describe("classifyError", () => {
  it.each([
    ["page.goto: Timeout 30000ms exceeded.", "NavigationTimeout", true],
    ["page.goto: net::ERR_CONNECTION_RESET at https://x", "ConnectionFailed", true],
    ["net::ERR_NAME_NOT_RESOLVED", "NameNotResolved", true],
    ["Target page, context or browser has been closed", "ContextGone", true],
    ["Page crashed", "PageCrashed", true],
    ["net::ERR_CERT_AUTHORITY_INVALID", "Error", false],
    ["Cannot read properties of undefined", "Error", false],
  ])("%s", (message, name, retryable) => {
    expect(classifyError(new Error(message))).toEqual({ error: { name, message }, retryable });
  });

  it("takes a strategy's own word, whatever the message says", () => {
    const permanently = new PermanentFailure("AssertionFailed", "Timeout 5ms exceeded", { at: "steps.2 (assert)" });
    expect(classifyError(permanently)).toEqual({
      error: { name: "AssertionFailed", message: "Timeout 5ms exceeded", at: "steps.2 (assert)" },
      retryable: false,
    });
    expect(classifyError(new TransientFailure("HttpUnavailable", "503"))).toMatchObject({ retryable: true });
  });

  it("bounds what it keeps, and survives what isn't an error", () => {
    expect(classifyError(new Error("x".repeat(9_000))).error.message).toHaveLength(2_000);
    expect(classifyError("plain text")).toEqual({ error: { name: "Error", message: "plain text" }, retryable: false });
    expect(classifyError(undefined).retryable).toBe(false);
  });
});
