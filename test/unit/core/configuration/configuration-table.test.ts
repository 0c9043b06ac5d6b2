import { describe, expect, it } from "vitest";

import {
  InvalidConfiguration,
  readConfiguration,
} from "../../../../functions/core/configuration/configuration-table.ts";
import { workerConfiguration } from "../../../../functions/worker/configuration.ts";

const required = {
  SUBLET_LEASES_TABLE: "leases",
  SUBLET_ARTIFACTS_BUCKET: "artifacts",
  SUBLET_EXPRESS_QUEUE_URL: "http://127.0.0.1:1/express",
  SUBLET_JOBS_QUEUE_URL: "http://127.0.0.1:1/jobs",
  SUBLET_DEAD_LETTER_QUEUE_URL: "http://127.0.0.1:1/dead",
  SUBLET_RESULTS_QUEUE_URL: "http://127.0.0.1:1/results",
  SUBLET_SESSION_JOBS_QUEUE_URL: "http://127.0.0.1:1/session-jobs.fifo",
  SUBLET_SESSION_DEAD_LETTER_QUEUE_URL: "http://127.0.0.1:1/session-dead.fifo",
  SUBLET_SESSIONS_TABLE: "sessions",
  SUBLET_SESSION_KEY_ARN: "arn:aws:kms:eu-central-1:000000000000:key/1",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "2048",
};

describe("the worker's configuration", () => {
  it("fills in defaults, and can't be changed afterwards", () => {
    const configuration = readConfiguration(workerConfiguration, required);
    expect(configuration).toMatchObject({ phase: "C", memoryMiB: 2_048, chromiumDir: "/opt/chromium", slotVcpu: 0.11 });
    expect(Object.isFrozen(configuration)).toBe(true);
  });

  it("names every wrong variable at once, with its rule and its value", () => {
    const read = () =>
      readConfiguration(workerConfiguration, {
        ...required,
        SUBLET_LEASES_TABLE: "",
        SUBLET_PHASE: "Z",
        SUBLET_REFILL_MS: "5 minutes",
        SUBLET_RESULTS_QUEUE_URL: "results",
      });
    expect(read).toThrow(InvalidConfiguration);
    expect(read).toThrow(/SUBLET_LEASES_TABLE: must be set/u);
    expect(read).toThrow(/SUBLET_PHASE: .*"A"\|"B"\|"C".*\(got "Z"\)/u);
    expect(read).toThrow(/SUBLET_REFILL_MS: must be a whole number in decimal digits \(got "5 minutes"\)/u);
    expect(read).toThrow(/SUBLET_RESULTS_QUEUE_URL: .*\(got "results"\)/u);
  });

  it("uses each environment variable once", () => {
    const names = Object.values(workerConfiguration).map(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
  });
});
